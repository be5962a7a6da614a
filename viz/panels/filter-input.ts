/** The line in which a filter is typed: a combobox with suggestions below, and what is wrong under the words. */

import { MOST_FILTER_CHARACTERS } from '../feed/filter.ts';
import type { FilterProblem } from '../filter/check-filter.ts';
import type { Completion } from '../filter/completion.ts';
import type { Text, TextKey } from '../text/text.ts';
import { element, setShown, setText } from './panel.ts';
import { SuggestionList } from './suggestion-list.ts';

export interface FilterInputParts {
  readonly text: Text;
  readonly complete: (text: string, caret: number) => Completion;
  readonly check: (text: string) => FilterProblem | null;
  /** The filter in force, to go back to. */
  readonly current: () => string;
  readonly apply: (filter: string) => void;
}

export class FilterInput {
  readonly element: HTMLElement;
  readonly input = element('input', 'filter-input');
  readonly #parts: FilterInputParts;
  readonly #suggestions: SuggestionList;
  readonly #marked = element('div', 'filter-marked');
  readonly #complaint = element('p', 'filter-complaint');
  #completion: Completion = { start: 0, end: 0, words: [] };
  /** The text that was looked at last, and with what code the server refused it. */
  #checked: string | null = null;
  #refused: string | undefined;

  constructor(parts: FilterInputParts) {
    this.#parts = parts;
    const { text } = parts;
    this.#suggestions = new SuggestionList(text.filterSuggestions, (at) => this.#accept(at));
    this.#marked.setAttribute('aria-hidden', 'true');
    this.#complaint.id = 'filter-complaint';
    this.#complaint.setAttribute('role', 'status');
    this.#prepareInput();
    const line = element('div', 'filter-line', this.#marked, this.input);
    this.element = element('div', 'filter-field', line, this.#complaint, this.#suggestions.element);
    setShown(this.#complaint, false);
  }

  #prepareInput(): void {
    const { input } = this;
    const { text } = this.#parts;
    input.type = 'text';
    input.spellcheck = false;
    input.autocomplete = 'off';
    input.placeholder = text.filterHint;
    // One more than is read: what is cut off by the browser is refused, and not taken for the whole.
    input.maxLength = MOST_FILTER_CHARACTERS + 1;
    input.setAttribute('aria-label', text.filter);
    input.setAttribute('aria-describedby', this.#complaint.id);
    this.#suggestions.controlledBy(input);
    input.addEventListener('input', () => this.#typed());
    input.addEventListener('focus', () => this.#suggest());
    input.addEventListener('click', () => this.#suggest());
    input.addEventListener('blur', () => this.#left());
    input.addEventListener('scroll', () => this.#followScroll());
    input.addEventListener('keydown', (event) => this.#press(event));
  }

  /** Shows a filter that came from elsewhere, but not over what is being typed. */
  show(filter: string, refusal: FilterProblem | null): void {
    if (document.activeElement === this.input) return;
    const { value } = this.input;
    if (value === filter && value === this.#checked && refusal?.code === this.#refused) return;
    this.input.value = filter;
    this.#refused = refusal?.code;
    this.#tell(this.#parts.check(filter) ?? refusal, false);
  }

  #typed(): void {
    this.#tell(this.#parts.check(this.input.value), true);
    this.#suggest();
  }

  #suggest(): void {
    this.#completion = this.#parts.complete(this.input.value, this.input.selectionStart ?? 0);
    this.#suggestions.show(this.#completion.words);
  }

  #left(): void {
    this.#suggestions.hide();
    // What was typed and not applied is not what is shown.
    this.#checked = null;
    this.show(this.#parts.current(), null);
  }

  #press(event: KeyboardEvent): void {
    const { key } = event;
    // While a word is being put into kanji, the keys belong to that.
    if (event.isComposing) return;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (!this.#suggestions.isOpen) this.#suggest();
      else this.#suggestions.move(key === 'ArrowDown' ? 1 : -1);
    } else if (key === 'Enter') this.#enter();
    else if (key === 'Escape') this.#escape();
    else return;
    event.preventDefault();
  }

  #enter(): void {
    const { active } = this.#suggestions;
    if (active === null) this.#apply();
    else this.#accept(active);
  }

  #apply(): void {
    const { value } = this.input;
    this.#suggestions.hide();
    const problem = this.#parts.check(value);
    this.#tell(problem, false);
    if (problem !== null) return;
    this.#parts.apply(value);
    this.input.blur();
  }

  /** First the list goes, then what was typed, then the focus: the last two at once. */
  #escape(): void {
    const isChanged = this.input.value !== this.#parts.current();
    if (isChanged && this.#suggestions.isOpen) {
      this.#suggestions.hide();
      return;
    }
    this.input.value = this.#parts.current();
    this.input.blur();
  }

  #accept(at: number): void {
    const word = this.#completion.words[at];
    if (word === undefined) return;
    const { start, end } = this.#completion;
    const { input } = this;
    const rest = input.value.slice(end).trimStart();
    input.value = `${input.value.slice(0, start)}${word.insert} ${rest}`;
    const caret = start + word.insert.length + 1;
    input.focus();
    input.setSelectionRange(caret, caret);
    this.#typed();
  }

  /** `isTyping`: what is missing at the end is not wrong yet. */
  #tell(problem: FilterProblem | null, isTyping: boolean): void {
    const { value } = this.input;
    const isUnfinished = isTyping && problem !== null && problem.span.end >= value.trimEnd().length;
    this.#checked = value;
    this.input.setAttribute('aria-invalid', String(problem !== null && !isUnfinished));
    setShown(this.#complaint, problem !== null && !isUnfinished);
    setText(this.#complaint, problem === null ? '' : sentenceOf(problem, this.#parts.text));
    this.#mark(isUnfinished ? null : problem);
  }

  /** An input cannot underline a part of its text: a copy behind it does. */
  #mark(problem: FilterProblem | null): void {
    const { value } = this.input;
    if (problem === null || value.length > MOST_FILTER_CHARACTERS) return void this.#marked.replaceChildren();
    const start = Math.min(problem.span.start, value.length);
    const end = Math.max(start, Math.min(problem.span.end, value.length));
    // A place at the end has no letters: a blank is marked.
    const wrong = element('span', 'filter-wrong', value.slice(start, end) || ' ');
    this.#marked.replaceChildren(value.slice(0, start), wrong, value.slice(end));
    this.#followScroll();
  }

  #followScroll(): void {
    this.#marked.scrollLeft = this.input.scrollLeft;
  }
}

/** What the code means in the page's language, the reader's own sentence, and the code. */
export function sentenceOf({ code, message }: Pick<FilterProblem, 'code' | 'message'>, text: Text): string {
  const words = Object.hasOwn(text, code) ? text[code as TextKey] : text.filterRefused;
  return [words, message, code].filter((part) => part !== '').join(' · ');
}
