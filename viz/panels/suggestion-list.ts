/** Suggestions below an input, as the combobox pattern of the ARIA practices has them: the focus stays in the input. */
import type { Word } from '../filter/vocabulary.ts';
import { element, setShown } from './panel.ts';

export class SuggestionList {
  readonly element = element('ul', 'suggestions');
  readonly #choose: (at: number) => void;
  #input: HTMLInputElement | null = null;
  #active: number | null = null;

  constructor(label: string, choose: (at: number) => void) {
    this.#choose = choose;
    this.element.id = 'filter-suggestions';
    this.element.setAttribute('role', 'listbox');
    this.element.setAttribute('aria-label', label);
    // Pressed, not clicked: the input must not lose the focus before.
    this.element.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      const option = (event.target as Element).closest('[role="option"]');
      const at = option === null ? -1 : [...this.element.children].indexOf(option);
      if (at >= 0) this.#choose(at);
    });
    this.hide();
  }

  controlledBy(input: HTMLInputElement): void {
    this.#input = input;
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', this.element.id);
    input.setAttribute('aria-expanded', 'false');
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** The one that Enter takes; null where none was gone to. */
  get active(): number | null {
    return this.isOpen ? this.#active : null;
  }

  show(words: readonly Word[]): void {
    this.element.replaceChildren(...words.map(createOption));
    this.#setActive(null);
    this.#setOpen(words.length > 0);
  }

  hide(): void {
    this.#setOpen(false);
    this.#setActive(null);
  }

  /** Around the ends, by way of the input itself. */
  move(step: 1 | -1): void {
    const { length } = this.element.children;
    const next = (this.#active ?? (step === 1 ? -1 : length)) + step;
    this.#setActive(next < 0 || next >= length ? null : next);
  }

  #setOpen(isOpen: boolean): void {
    setShown(this.element, isOpen);
    this.#input?.setAttribute('aria-expanded', String(isOpen));
  }

  #setActive(at: number | null): void {
    this.#active = at;
    for (const [index, option] of [...this.element.children].entries())
      option.setAttribute('aria-selected', String(index === at));
    const option = at === null ? null : this.element.children[at]!;
    option?.scrollIntoView({ block: 'nearest' });
    if (option) this.#input?.setAttribute('aria-activedescendant', option.id);
    else this.#input?.removeAttribute('aria-activedescendant');
  }
}

function createOption({ insert, note }: Word, at: number): HTMLElement {
  const option = element('li', 'suggestion', element('span', '', insert), element('span', 'suggestion-note', note));
  option.id = `filter-suggestion-${at}`;
  option.setAttribute('role', 'option');
  return option;
}
