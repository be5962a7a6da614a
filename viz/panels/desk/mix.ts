/** Of what the packets are: one bar by class, one by radiation, one by protocol. */
import type { Answer } from '../../feed/answers.ts';
import { readTopAnswer, type TopAnswer } from '../../feed/series-answer.ts';
import { formatCount } from '../../text/format.ts';
import { radiationAbout } from '../../text/radiation.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, letGo, setText, syncRows } from '../panel.ts';
import { colourOf } from './colours.ts';
import type { Cell } from './csv.ts';
import { type DeskContext, type DeskPanel, type DeskSight, onChange } from './desk-panel.ts';
import { pathOf } from './moment.ts';
import { askAll } from './ranked.ts';
import { termOf, wordsOf } from './terms.ts';

const kinds = ['class', 'radiation', 'protocol'] as const;
type By = (typeof kinds)[number];
const MOST_PARTS = 15;
const COLOURED = 6;

interface Part {
  readonly by: By;
  readonly key: string;
  readonly packets: number;
  readonly share: number;
  readonly colour: string;
}

export const mix: DeskPanel = {
  id: 'mix',
  title: 'deskMix',
  make(context) {
    const parts = {
      class: bar('class', context),
      radiation: bar('radiation', context),
      protocol: bar('protocol', context),
    };
    const changed = onChange();
    let shown: readonly Part[] = [];
    return {
      element: element('div', 'mix', ...kinds.map((by) => parts[by].element)),
      update(sight) {
        const classes = askAll(sight, context);
        const radiation = askTop('radiation', sight, context);
        const protocols = askTop('protocol', sight, context);
        const answers = { class: classes, radiation, protocol: protocols };
        if (!changed(classes.value, radiation.value, protocols.value)) return Object.values(answers);
        shown = kinds.flatMap((by) => partsOf(by, answers[by].value));
        for (const by of kinds) parts[by].show(shown.filter((part) => part.by === by));
        return Object.values(answers);
      },
      table: () => ({
        header: ['by', 'key', 'packets', 'share'],
        rows: shown.map(({ by, key, packets, share }): Cell[] => [by, key, packets, Number(share.toFixed(6))]),
      }),
    };
  },
};

function askTop(by: By, { moment }: DeskSight, { questions }: DeskContext): Answer<TopAnswer> {
  const path = pathOf('top', moment, moment, { by, limit: MOST_PARTS });
  return questions.ask({ name: `mix ${by}`, path, keepSeconds: moment.keepSeconds, read: readTopAnswer });
}

function partsOf(by: By, answer: TopAnswer | null): Part[] {
  const all = answer?.rows.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
  return (answer?.rows ?? []).map(({ key, packets }, at) => {
    const colour = by !== 'protocol' ? colourOf(by, key, at) : colourOf(by, at < COLOURED ? key : 'other', at);
    return { by, key, packets, share: packets / all, colour };
  });
}

const titles: Readonly<Record<By, TextKey>> = {
  class: 'byClass',
  radiation: 'byRadiation',
  protocol: 'deskByProtocol',
};

function bar(by: By, context: DeskContext) {
  const { text, language, actions } = context;
  const strip = element('div', 'mix-strip');
  strip.setAttribute('aria-hidden', 'true');
  const list = element('ul', 'mix-parts');
  const create = () => {
    const button = element('button', 'mix-part', element('span', 'chart-swatch'), element('span'), element('span'));
    button.append(element('span', 'ranked-share'));
    button.type = 'button';
    button.addEventListener('click', (event) => {
      if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
      letGo(event);
    });
    return element('li', '', button);
  };
  return {
    element: element('div', 'mix-bar', element('h3', '', text[titles[by]]), strip, list),
    show(parts: readonly Part[]) {
      syncRows(
        strip,
        parts,
        () => element('span'),
        (piece, { share, colour }) => {
          piece.style.flexGrow = String(share);
          piece.style.background = colour;
        },
      );
      syncRows(list, parts, create, (item, { key, packets, share, colour }) => {
        const button = item.firstElementChild as HTMLButtonElement;
        const [swatch, name, count, percent] = button.children as unknown as HTMLElement[];
        const term = termOf(by, key, () => null);
        swatch!.style.background = colour;
        setText(name!, wordsOf(by, key, context, () => null).name);
        setText(count!, formatCount(packets, language));
        // What is there is never shown as nothing.
        setText(percent!, share < 0.0005 ? '<0.1 %' : `${(share * 100).toFixed(1)} %`);
        button.disabled = term === null;
        button.dataset.term = term ?? '';
        const about = by === 'radiation' ? radiationAbout(key, text) : '';
        button.title = [about, term === null ? text.deskNoFilter : fill(text.deskOnly, { term })]
          .filter(Boolean)
          .join('\n');
      });
    },
  };
}
