/** Why there is nothing to replay, in words of the page; codes that it has none for are shown with what the server says. */
import type { Problem } from '../../feed/answers.ts';
import { fill, type Text, type TextKey } from '../../text/text.ts';

const WORDS: Readonly<Record<string, TextKey>> = {
  API_NO_SESSION: 'replayNoSession',
  API_SPAN_EXPIRED: 'replayExpired',
  API_BUSY: 'replayBusy',
  PAGE_NO_CAPTURE: 'fileNoCapture',
  PAGE_NO_FLOWS: 'fileNoFlows',
  PAGE_FILE_FAILED: 'fileFailed',
  PAGE_SERVER_AWAY: 'replayAway',
  PAGE_ANSWER_UNREADABLE: 'replayUnreadable',
};

export function problemWords({ code, detail }: Problem, text: Text): string {
  const key = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  return fill(key === undefined ? text.replayProblem : text[key], { code, detail }).trim();
}
