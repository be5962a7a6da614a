/** What is wrong with a filter before the server is asked: the same reader, in the browser. */
import { findSecret } from '../../shared/filter/flow-condition.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import type { Span } from '../../shared/filter/syntax.ts';

export interface FilterProblem {
  /** One of those in docs/errors.md. */
  readonly code: string;
  /** The reader's own sentence; empty where the code says all. */
  readonly message: string;
  readonly span: Span;
}

/** Null for a filter that can be asked, as far as one can tell here: only the server knows all names of sensors. */
export function checkFilter(text: string, seesTargets: boolean): FilterProblem | null {
  if (text.trim() === '') return null;
  try {
    const condition = planFlowFilter(parseFilter(text), { sensor: () => 0 });
    const secret = seesTargets ? null : findSecret(condition);
    return secret === null ? null : { code: 'FILTER_SECRET', message: '', span: secret.span };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { code, message, span } = error;
    return { code, message, span };
  }
}
