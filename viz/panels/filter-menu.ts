/** Filters that are kept in this browser: chosen, named, renamed, deleted; and those used last. */
import { MOST_NAME_CHARACTERS, MOST_SAVED, type SavedFilter, type SavedFilters } from '../filter/saved-filters.ts';
import { fill, type Text } from '../text/text.ts';
import { element, setShown, setText } from './panel.ts';

export interface FilterMenuParts {
  readonly text: Text;
  readonly filters: SavedFilters;
  readonly current: () => string;
  readonly choose: (filter: string) => void;
}

export class FilterMenu {
  readonly element: HTMLElement;
  readonly #parts: FilterMenuParts;
  readonly #button: HTMLButtonElement;
  readonly #list = element('ul', 'filter-list');
  readonly #recent = element('ul', 'filter-list');
  readonly #name = element('input', 'filter-name');
  readonly #form: HTMLFormElement;
  readonly #complaint = element('p', 'filter-menu-complaint');
  readonly #sheet: HTMLElement;

  constructor(parts: FilterMenuParts) {
    this.#parts = parts;
    const { text } = parts;
    this.#button = button('view-button filter-menu-button', text.filterMenu, () => this.#toggle());
    this.#button.title = text.filterMenuTitle;
    this.#name.type = 'text';
    this.#name.maxLength = MOST_NAME_CHARACTERS;
    this.#name.placeholder = text.filterName;
    this.#name.setAttribute('aria-label', text.filterName);
    this.#complaint.setAttribute('role', 'alert');
    const save = button('view-button', text.filterSave);
    save.type = 'submit';
    this.#form = element('form', 'filter-save', this.#name, save);
    this.#form.addEventListener('submit', (event) => this.#save(event));
    const saved = [element('h2', '', text.filterSaved), this.#list, this.#form, this.#complaint];
    this.#sheet = element('div', 'filter-sheet panel', ...saved, element('h2', '', text.filterRecent), this.#recent);
    this.#sheet.id = 'filter-sheet';
    this.#button.setAttribute('aria-controls', this.#sheet.id);
    this.#sheet.setAttribute('role', 'group');
    this.#sheet.setAttribute('aria-label', text.filterMenuTitle);
    this.element = element('div', 'filter-menu', this.#button, this.#sheet);
    this.#listen();
    this.#show(false);
  }

  #listen(): void {
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#sheet.hidden) return;
      // It would let a pinned source go as well.
      event.stopPropagation();
      this.#show(false);
      this.#button.focus();
    });
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.element.contains(relatedTarget)) this.#show(false);
    });
  }

  #toggle(): void {
    this.#show(this.#sheet.hidden === true);
  }

  #show(isShown: boolean): void {
    if (isShown) this.#refresh();
    setShown(this.#sheet, isShown);
    this.#button.setAttribute('aria-expanded', String(isShown));
  }

  #refresh(): void {
    const { text, filters, current } = this.#parts;
    setText(this.#complaint, '');
    setShown(this.#form, current() !== '');
    const saved = filters.saved.map((one) => this.#savedRow(one));
    this.#list.replaceChildren(...(saved.length > 0 ? saved : [element('li', 'quiet', text.filterNoneSaved)]));
    const recent = filters.recent.map((filter) => element('li', 'filter-row', this.#chooser('', filter)));
    this.#recent.replaceChildren(...(recent.length > 0 ? recent : [element('li', 'quiet', text.filterNoneSaved)]));
  }

  #savedRow(saved: SavedFilter): HTMLElement {
    const { text, filters } = this.#parts;
    const row = element('li', 'filter-row', this.#chooser(saved.name, saved.filter));
    const rename = button('key-button', '✎', () => row.replaceChildren(this.#renamer(saved.name)));
    const remove = button('key-button', '×', () => {
      filters.delete(saved.name);
      this.#refresh();
      this.#button.focus();
    });
    for (const [made, label] of [
      [rename, text.filterRename],
      [remove, text.filterDelete],
    ] as const) {
      made.title = label;
      made.setAttribute('aria-label', `${label}: ${saved.name}`);
    }
    row.append(rename, remove);
    return row;
  }

  #chooser(name: string, filter: string): HTMLButtonElement {
    const made = button('filter-choose', '', () => {
      this.#show(false);
      this.#parts.choose(filter);
    });
    if (name !== '') made.append(element('span', 'filter-choose-name', name));
    made.append(element('span', 'filter-choose-text', filter));
    made.title = filter.slice(0, 2_000);
    return made;
  }

  #renamer(name: string): HTMLElement {
    const input = element('input', 'filter-name');
    input.type = 'text';
    input.value = name;
    input.maxLength = MOST_NAME_CHARACTERS;
    input.setAttribute('aria-label', this.#parts.text.filterRename);
    const finish = (isMeant: boolean) => {
      if (isMeant) this.#parts.filters.rename(name, input.value);
      this.#refresh();
      this.#button.focus();
    };
    input.addEventListener('keydown', (event) => {
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === 'Enter');
    });
    queueMicrotask(() => input.select());
    return input;
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    const { text, filters, current } = this.#parts;
    const isSaved = filters.save(this.#name.value, current());
    if (isSaved) {
      this.#name.value = '';
      this.#refresh();
    } else if (filters.saved.length >= MOST_SAVED) {
      setText(this.#complaint, fill(text.filterStoreFull, { count: MOST_SAVED }));
    } else this.#name.focus();
  }
}

function button(className: string, label: string, act: () => void = () => undefined): HTMLButtonElement {
  const made = element('button', className, label);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}
