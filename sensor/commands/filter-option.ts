/** `--filter`: packets that do not match are counted as filtered out, and go no further. */
import { type CommandArguments, type CommandOption, textOption, UsageError } from '../../shared/command.ts';
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import type { Expression } from '../../shared/filter/syntax.ts';
import { compilePacketFilter, kernelFilter, type PacketFilter } from '../filter/index.ts';

export const filterOptions: Readonly<Record<string, CommandOption>> = {
  filter: {
    type: 'string',
    value: 'EXPRESSION',
    about: 'only packets that match: tcpdump’s language (docs/filter.md)',
  },
};

/** Null where none was given. Throws UsageError with the text and a caret under the word that is wrong. */
export function filterOption(given: CommandArguments): PacketFilter | null {
  return withFilter(given, compilePacketFilter);
}

/** What the kernel can do of it beforehand; null for nothing. Throws UsageError. */
export function kernelFilterOption(given: CommandArguments): string | null {
  return withFilter(given, kernelFilter);
}

function withFilter<T>(given: CommandArguments, make: (expression: Expression) => T): T | null {
  const text = textOption(given, 'filter');
  if (text === undefined) return null;
  if (text.trim() === '') throw new UsageError('--filter is empty: leave it away for all packets');
  try {
    return make(parseFilter(text));
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new UsageError(`--filter is wrong [${cause.code}]\n${cause.display(text)}`, { cause });
  }
}
