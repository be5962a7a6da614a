/** Which part of the Cube's planes is shown: a scale, a range of ports, a network of sources, and one of targets for who sees them. */
import { seesTargets } from '../feed/sign-in.ts';
import { formatSources, formatTargets, readPorts, readSources, readTargets } from '../scene/settings.ts';
import { targetRange } from '../scene/target-range.ts';
import type { PageState } from '../state.ts';
import { element, type Panel, type PanelContext, setShown, setText } from './panel.ts';

export function cubeForm({ text, actions }: PanelContext): Panel {
  const scale = element('button', 'view-button');
  scale.type = 'button';
  let logarithmic = true;
  scale.addEventListener('click', () => actions.setCube({ logarithmic: !logarithmic }));
  const ports = field(text.cubePorts, '0-65535', (words) => {
    const range = words === '' ? ([0, 65_535] as const) : readPorts(words);
    if (range) actions.setCube({ ports: range });
    return range !== null;
  });
  const sources = field(text.cubeSources, '0.0.0.0/0', (words) => {
    const range = words === '' ? ([0, 1] as const) : readSources(words);
    if (range) actions.setCube({ sources: range });
    return range !== null;
  });
  const plane = element('button', 'view-button');
  plane.type = 'button';
  let byAddress = false;
  plane.addEventListener('click', () => actions.setCube({ targetsBy: byAddress ? 'slot' : 'address' }));
  const targets = field(text.cubeTargets, '', (words) => {
    const range = words === '' ? null : readTargets(words);
    if (range !== null || words === '') actions.setCube({ targets: range });
    return range !== null || words === '';
  });
  return {
    element: element('div', 'cube-form', scale, ports.element, sources.element, plane, targets.element),
    update({ settings: { cube }, hello, totals }: PageState) {
      byAddress = cube.targetsBy === 'address';
      setShown(plane, seesTargets(hello));
      setText(plane, byAddress ? text.targetsByAddress : text.targetsBySlot);
      setShown(targets.element, seesTargets(hello) && byAddress);
      targets.show(cube.targets === null ? '' : formatTargets(cube.targets));
      const all = targetRange({ ...cube, targets: null }, totals?.targets ?? null);
      targets.input.placeholder = all === null ? '' : formatTargets(all);
      logarithmic = cube.logarithmic;
      scale.textContent = logarithmic ? text.logarithmic : text.linear;
      ports.show(cube.ports[0] === 0 && cube.ports[1] === 65_535 ? '' : cube.ports.join('-'));
      sources.show(formatSources(cube.sources) ?? '');
    },
  };
}

/** A text that takes effect when it makes sense; until then it says that it does not. */
function field(label: string, placeholder: string, take: (words: string) => boolean) {
  const input = element('input', 'cube-input');
  input.type = 'text';
  input.placeholder = placeholder;
  input.spellcheck = false;
  input.autocomplete = 'off';
  input.addEventListener('input', () => input.setAttribute('aria-invalid', String(!take(input.value.trim()))));
  return {
    input,
    element: element('label', 'cube-field', element('span', '', label), input),
    show(words: string) {
      if (document.activeElement !== input && input.value !== words) input.value = words;
    },
  };
}
