/** Schemas that several routes share. They are the documentation: /api/v1/openapi.json is made from them. */
import Type from 'typebox';

/** RFC 9457 with our stable code. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable: docs/errors.md' }),
    detail: Type.String(),
    why: Type.Optional(Type.String({ description: 'the reason as a word, of codes that have several' })),
    position: Type.Optional(
      Type.Object(
        { start: Type.Integer(), end: Type.Integer() },
        { description: 'the part of `filter` that is meant, in characters from 0, end not included' },
      ),
    ),
  },
  { description: 'what went wrong' },
);

export const spanProperties = {
  session: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 0xffffffff, description: 'default: live, else the latest' }),
  ),
  from: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'begin of the span, included (RFC 3339); default: an hour before `to`, or the session’s begin',
    }),
  ),
  to: Type.Optional(
    Type.String({ maxLength: 40, description: 'end of the span, not included (RFC 3339); default: the session’s end' }),
  ),
};

export const FilterText = Type.Optional(
  Type.String({ maxLength: 8_192, description: 'only flows for which this holds: the flow level of docs/filter.md' }),
);
export const Time = Type.String({ description: 'RFC 3339, UTC' });
export const SessionId = Type.Integer({ minimum: 0, maximum: 0xffffffff });
export const Count = Type.Integer({ minimum: 0 });
export const Dimension = Type.Enum(
  ['total', 'class', 'radiation', 'protocol', 'port', 'country', 'network', 'tag', 'sensor'],
  {
    description: 'what is told apart',
  },
);
export const Measure = Type.Enum(['packets', 'bytes', 'flows', 'sources', 'targets'], {
  default: 'packets',
  description: '`sources` and `targets` are distinct addresses: exact up to 16, then within 2.3 % (standard error)',
});
export const PayloadOrder = Type.Enum(['packets', 'sources', 'first', 'last'], {
  default: 'packets',
  description: 'most first; of `first` and `last`, the newest first',
});
export const PayloadAccount = Type.Object(
  { present: Count, expired: Count, givenUp: Count },
  { description: 'what became of all packets with payloads that were stored: there, left with the flows, too much' },
);
