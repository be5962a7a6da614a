/** The buttons of the time bar: play, step, how fast, loop, mark, and back to live. */
import { type Speed, speeds } from '../../replay/speeds.ts';
import type { PageState } from '../../state.ts';
import type { TextKey } from '../../text/text.ts';
import { shape } from '../desk/shapes.ts';
import { element, letGo, type Panel, type PanelContext } from '../panel.ts';

/** Drawn, since letters for them are coloured pictures in some fonts. In a square of 16. */
const ICONS = {
  play: 'M4 2 L13 8 L4 14 Z',
  pause: 'M4 2 H7 V14 H4 Z M9 2 H12 V14 H9 Z',
  back: 'M12 2 L5 8 L12 14 Z M3 2 H5 V14 H3 Z',
  forward: 'M4 2 L11 8 L4 14 Z M11 2 H13 V14 H11 Z',
  loop: 'M4 4 H11 V2 L15 5 L11 8 V6 H5 V9 H3 V5 Z M12 12 H5 V14 L1 11 L5 8 V10 H11 V7 H13 V11 Z',
  mark: 'M4 1 H12 V15 L8 11 L4 15 Z',
} as const;

export function createTransport({ text, actions }: PanelContext): Panel {
  const button = (icon: keyof typeof ICONS, label: TextKey, key: string, act: () => void) => {
    const made = element('button', 'transport-button', pictureOf(icon));
    made.type = 'button';
    made.title = `${text[label]} (${key})`;
    made.setAttribute('aria-label', text[label]);
    made.setAttribute('aria-keyshortcuts', key);
    made.addEventListener('click', (event) => {
      act();
      letGo(event);
    });
    return made;
  };
  const back = button('back', 'stepBack', ',', () => actions.step(-1));
  const play = button('pause', 'pausePlay', 'Space', actions.togglePause);
  const forward = button('forward', 'stepForward', '.', () => actions.step(1));
  const loop = button('loop', 'loopSpan', 'O', actions.toggleLoop);
  const mark = button('mark', 'markMoment', 'J', actions.markMoment);
  const speed = speedSelect(text.speedMax);
  speed.setAttribute('aria-label', text.replaySpeed);
  speed.title = `${text.replaySpeed} ([ ])`;
  speed.addEventListener('change', () => {
    actions.setSpeed(speed.value === 'max' ? 'max' : (Number(speed.value) as Speed));
    speed.blur();
  });
  const live = element('button', 'transport-live', text.live);
  live.type = 'button';
  live.title = `${text.backToLive} (${text.endKey})`;
  live.addEventListener('click', (event) => {
    actions.goLive();
    letGo(event);
  });
  const root = element('div', 'transport', back, play, forward, speed, loop, mark, live);
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', text.transport);
  return {
    element: root,
    update({ replay, paused }: PageState) {
      const icon = paused ? 'play' : 'pause';
      if (play.dataset.icon !== icon) {
        play.dataset.icon = icon;
        play.replaceChildren(pictureOf(icon));
      }
      const wanted = String(replay?.speed ?? 1);
      if (document.activeElement !== speed && speed.value !== wanted) speed.value = wanted;
      loop.setAttribute('aria-pressed', String(replay?.isLooping === true));
      live.setAttribute('aria-pressed', String(replay === null));
    },
  };
}

function speedSelect(fastest: string): HTMLSelectElement {
  const options = [...speeds, 'max'].map((speed) => {
    const option = element('option', '', speed === 'max' ? fastest : `${speed}×`);
    option.value = String(speed);
    return option;
  });
  return element('select', 'transport-speed', ...options);
}

function pictureOf(icon: keyof typeof ICONS): SVGSVGElement {
  const svg = shape('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' });
  svg.append(shape('path', { d: ICONS[icon] }));
  return svg;
}
