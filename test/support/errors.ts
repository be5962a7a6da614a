/** The stable code of the error that something throws; null when it throws nothing, undefined when the error has none. */
export function codeOf(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** As `codeOf`, for promises. */
export async function codeOfPromise(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
