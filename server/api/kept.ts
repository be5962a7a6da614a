/** What a store of series refuses is the asker's doing: bins that are no longer kept, too many points. */
import { ApiError } from './problem.ts';

/** Throws ApiError in place of RangeError. */
export async function kept<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError(
      400,
      /no longer kept/.test(error.message) ? 'API_NOT_KEPT' : 'API_TOO_MANY_POINTS',
      error.message,
    );
  }
}
