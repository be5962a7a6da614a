/** Parameters of a path, checked as the server's schemas check them. Throws ApiError. */
import { ApiError } from '../../../server/api/api-error.ts';

export class Query {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  text(name: string, longest = 8_192): string | undefined {
    const value = this.#parameters.get(name) ?? undefined;
    if (value !== undefined && value.length > longest) throw wrong(`${name} is longer than ${longest} characters`);
    return value;
  }

  integer(name: string, least: number, most: number): number | undefined {
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw wrong(`${name} must be a whole number from ${least} to ${most}`);
    return value;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const value = values.find((each) => each === text);
    if (value === undefined) throw wrong(`${name} must be one of ${values.join(', ')}`);
    return value;
  }
}

function wrong(message: string): ApiError {
  return new ApiError(400, 'API_BAD_REQUEST', message);
}
