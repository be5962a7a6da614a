/** Links that bring whoever uses the keyboard past what stands before: they are seen while they have the focus. */
import type { Text } from '../text/text.ts';
import { element } from './panel.ts';

export function createSkipLinks(text: Text): HTMLElement {
  const nav = element('nav', 'skip-links');
  nav.setAttribute('aria-label', text.skipLabel);
  for (const [label, id] of [
    [text.skipToPicture, 'picture'],
    [text.skipToFigures, 'board-left'],
    [text.skipToTraffic, 'board-right'],
    [text.skipToButtons, 'board-bottom'],
  ] as const) {
    const link = element('a', 'skip-link', label);
    link.href = `#${id}`;
    // The address of the page is a link to what is seen: where the focus is does not belong in it.
    link.addEventListener('click', (event) => {
      event.preventDefault();
      goTo(id);
    });
    nav.append(link);
  }
  return nav;
}

function goTo(id: string): void {
  const target = document.getElementById(id);
  if (!target) return;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
}
