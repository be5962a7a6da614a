/** The `filter` parameter: read, checked against what the asker may know, and made into a condition for the store. */
import { type FlowCondition, findSecret } from '../../shared/filter/flow-condition.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import type { Catalog } from '../store/stores.ts';
import { ApiError } from './api-error.ts';

/**
 * To be spread into a store's query. A filter on what viewers must not know would answer as an oracle does, one question at
 * a time: it is refused to them. Throws ApiError that points at the word.
 */
export async function resolveFilter(
  text: string | undefined,
  catalog: Pick<Catalog, 'sensors'>,
  maySeeTargets: boolean,
): Promise<{ filter?: FlowCondition }> {
  if (text === undefined || text.trim() === '') return {};
  const sensors = await catalog.sensors();
  const filter = conditionOf(text, (name) => sensors.find((sensor) => sensor.name === name)?.id ?? null);
  const secret = maySeeTargets ? null : findSecret(filter);
  if (secret !== null)
    throw new ApiError(403, 'FILTER_SECRET', `"${textAt(text, secret.span)}" asks about targets`, secret.span);
  return { filter };
}

function conditionOf(text: string, sensor: (name: string) => number | null): FlowCondition {
  try {
    return planFlowFilter(parseFilter(text), { sensor });
  } catch (error) {
    if (error instanceof FilterError) throw new ApiError(400, error.code, error.message, error.span);
    throw error;
  }
}

const textAt = (text: string, { start, end }: { start: number; end: number }) =>
  text.slice(start, Math.min(end, start + 80));
