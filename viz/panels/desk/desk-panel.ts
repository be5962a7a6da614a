/** A panel of the desk: it asks for what it shows while it is shown, and can say it as a table. */
import type { Answer } from '../../feed/answers.ts';
import type { PageState } from '../../state.ts';
import type { TextKey } from '../../text/text.ts';
import type { PanelContext } from '../panel.ts';
import type { Table } from './csv.ts';
import type { Moment } from './moment.ts';

export type DeskContext = PanelContext;

export interface DeskSight {
  readonly moment: Moment;
  readonly state: PageState;
  /** The panel has the whole page: there is room for more. */
  readonly isEnlarged: boolean;
}

export interface DeskView {
  readonly element: HTMLElement;
  /** Asks, and draws what is new. Gives the answers that are shown. */
  update(sight: DeskSight): readonly Answer<unknown>[];
  /** What is shown, as rows: the same figures. */
  table(): Table;
  /** What of the page's filter the figures are of, where that is not all of it. */
  filterOf?(moment: Moment): string;
}

export interface DeskPanel {
  /** In the address: never changed. */
  readonly id: string;
  readonly title: TextKey;
  /** Takes two columns where there are two. */
  readonly isWide?: boolean;
  /** Shows the newest there is, and not the span. */
  readonly isLive?: boolean;
  /** What others see in its place. They ask nothing. */
  readonly forAnalysts?: TextKey;
  make(context: DeskContext): DeskView;
}

/** True when any of the parts is another than at the last call. */
export function onChange(): (...parts: readonly unknown[]) => boolean {
  let before: readonly unknown[] = [];
  return (...parts) => {
    const isChanged = parts.length !== before.length || parts.some((part, at) => !Object.is(part, before[at]));
    before = parts;
    return isChanged;
  };
}
