/** Below the path of the packets: what is kept of some of them beside the flows, and sums of the stores that do not hold. */
import type { Answer } from '../../feed/answers.ts';
import { type BesideFlows, type LedgerBeside, readLedgerBeside } from '../../feed/ledger-answer.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, setText, syncRows } from '../panel.ts';
import type { Cell } from './csv.ts';
import { type DeskContext, type DeskSight, onChange } from './desk-panel.ts';

/** The server counts its stores anew for it. */
const KEEP_SECONDS = 60;

export function createBeside(context: DeskContext) {
  const { text } = context;
  const list = element('ul', 'path-beside');
  const changed = onChange();
  let kinds: readonly BesideFlows[] = [];
  return {
    element: list,
    update(sight: DeskSight) {
      const { value } = ask(sight, context);
      if (!changed(value)) return;
      kinds = value?.kinds ?? [];
      const broken = value?.broken.length ? [`✗ ${text.doesNotBalance}: ${value.broken.join('; ')}`] : [];
      const dropped = value?.droppedFrames ?? 0;
      const lines = [
        ...kinds.map((kind) => words(kind, context)),
        ...(dropped > 0
          ? [`↓ ${fill(text.ledgerDroppedFrames, { count: formatCount(dropped, context.language) })}`]
          : []),
        ...broken,
      ];
      syncRows(list, lines, () => element('li'), setText);
    },
    /** As those of the stages: stage, unit, count, lost, reason. */
    rows: (): Cell[][] => kinds.flatMap(rowsOf),
  };
}

/** In no sum of the path: a packet can be evidence for several rules. */
function ask({ moment }: DeskSight, { questions }: DeskContext): Answer<LedgerBeside> {
  const path = `api/v1/ledger?session=${moment.session}`;
  return questions.ask({ name: 'ledger', path, keepSeconds: KEEP_SECONDS, read: readLedgerBeside });
}

function words(
  { kind, packets, present, expired, givenUp, refusedFrames, notKept }: BesideFlows,
  context: DeskContext,
) {
  const { text, language } = context;
  const number = (value: number) => formatCount(value, language);
  const parts = [
    fill(kind === 'evidence' ? text.ledgerEvidence : text.ledgerPayloads, { count: number(packets) }),
    fill(text.ledgerKept, { count: number(present) }),
    expired > 0 ? `↓ ${fill(text.expired, { count: number(expired) })}` : '',
    givenUp > 0 ? `↓ ${fill(text.ledgerGivenUp, { count: number(givenUp) })}` : '',
    notKept > 0 ? `↓ ${fill(text.ledgerNotKept, { count: number(notKept) })}` : '',
    refusedFrames > 0 ? `↓ ${fill(text.ledgerRefusedFrames, { count: number(refusedFrames) })}` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

function rowsOf({ kind, packets, present, expired, givenUp, refusedFrames, notKept }: BesideFlows): Cell[][] {
  return [
    [kind, 'packets', packets, null, null],
    [`${kind}Stored`, 'packets', present, expired, 'expired'],
    [`${kind}Stored`, 'packets', null, givenUp, 'givenUp'],
    [kind, 'frames', null, refusedFrames, 'refused'],
    [kind, 'packets', null, notKept, 'notKept'],
  ];
}
