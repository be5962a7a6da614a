/** Why a source is called what it is called: how sure that is, by which rule, and the packets that prove it. */
import { Tag } from '../../../shared/tags.ts';
import type { SourceLabel, SourceScanner } from '../../feed/labels-answer.ts';
import { formatCount } from '../../text/format.ts';
import { ruleWords } from '../../text/rules.ts';
import { fill } from '../../text/text.ts';
import { onChange } from '../desk/desk-panel.ts';
import { termOf } from '../desk/terms.ts';
import { element, letGo, type PanelContext, setShown, setText, syncRows } from '../panel.ts';
import { momentWords } from './group.ts';
import { certaintyWords, oddsWords } from './odds.ts';
import { createProof } from './proof.ts';

export interface Labels {
  readonly element: HTMLElement;
  show(labels: readonly SourceLabel[], scanner: SourceScanner | null): void;
}

export function createLabels(context: PanelContext): Labels {
  const { text } = context;
  const research = element('p', 'label-scanner');
  const list = element('ul', 'label-list');
  const root = element('section', 'about-figure', element('h3', '', text.labelsTitle), research, list);
  return {
    element: root,
    show(labels, scanner) {
      setShown(root, labels.length > 0 || scanner !== null);
      setShown(research, scanner !== null);
      if (scanner !== null) setText(research, fill(text.labelScanner, { name: scanner.name, list: scanner.list }));
      syncRows(
        list,
        labels,
        () => createRow(context),
        (row, label) => fillRow(row, label, context),
      );
    },
  };
}

/** What is open stays open while figures change: only the packets are made anew, when there are others. */
function createRow(context: PanelContext): HTMLElement {
  const head = element('p', 'label-head', toolButton(context), element('span', 'label-state'));
  const summary = element('summary');
  const proofs = element('details', 'label-proofs', summary, element('ol', 'proof-list'));
  return element('li', 'tool-label', head, element('p', 'label-odds'), element('dl', 'label-facts'), proofs);
}

/** Narrows the page to what the rule matched, as rows of rules do. */
function toolButton({ actions }: PanelContext): HTMLButtonElement {
  const button = element('button', 'label-tool');
  button.type = 'button';
  button.addEventListener('click', (event) => {
    if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
    letGo(event);
  });
  return button;
}

const changes = new WeakMap<HTMLElement, ReturnType<typeof onChange>>();

function fillRow(row: HTMLElement, label: SourceLabel, context: PanelContext): void {
  const { text, language } = context;
  const [head, odds, facts, details] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const [tool, state] = head.children as unknown as [HTMLButtonElement, HTMLElement];
  const words = ruleWords(label, language);
  row.dataset.state = label.state;
  row.dataset.rule = label.rule;
  setText(tool, words.tool);
  // A rule that this page does not know is no word of its filters.
  const term = Object.hasOwn(Tag, label.rule) ? termOf('tag', label.rule, () => null) : null;
  tool.disabled = term === null;
  tool.dataset.term = term ?? '';
  tool.title = term === null ? text.deskNoFilter : fill(text.deskOnly, { term });
  setText(state, certaintyWords(label, text));
  const counts = {
    matched: formatCount(label.matched, language),
    candidates: formatCount(label.candidates, language),
    odds: oddsWords(label, text, language),
  };
  setText(odds, fill(label.needs === 'pair' ? text.labelMatchedPairs : text.labelMatched, counts).trim());
  syncRows(facts, factsOf(label, words, context), createFact, fillFact);
  setShown(details, label.proofs.length > 0);
  setText(details.children[0] as HTMLElement, fill(text.labelProofs, { count: label.proofs.length }));
  if (!changes.has(row)) changes.set(row, onChange());
  // As text: each answer brings the same packets in other objects.
  if (changes.get(row)!(JSON.stringify(label.proofs)))
    details.children[1]!.replaceChildren(...label.proofs.map((proof) => createProof(proof, context)));
}

type Fact = readonly [name: string, value: string];

function factsOf(label: SourceLabel, words: ReturnType<typeof ruleWords>, context: PanelContext): Fact[] {
  const { text, language } = context;
  const { reference, firstSeconds, lastSeconds, instances } = label;
  const seen = fill(text.deskSpan, { from: momentWords(firstSeconds, context), to: momentWords(lastSeconds, context) });
  return [
    [text.labelRule, words.formula],
    ...(words.era === '' ? [] : ([[text.labelEra, words.era]] as Fact[])),
    [text.labelReference, reference],
    [text.labelSeen, seen],
    ...(instances < 2 ? [] : ([[text.labelInstances, formatCount(instances, language)]] as Fact[])),
  ];
}

function createFact(): HTMLElement {
  return element('div', '', element('dt'), element('dd'));
}

function fillFact(row: HTMLElement, [name, value]: Fact): void {
  setText(row.children[0] as HTMLElement, name);
  setText(row.children[1] as HTMLElement, value);
}
