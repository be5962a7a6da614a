/** The form in which the API gives malicious sites: see site-text.ts. */
import Type from 'typebox';
import { Count, Time } from './schemas.ts';

export const Site = Type.Object({
  url: Type.String({ description: 'defanged: hxxp[:]//192[.]0[.]2[.]1/a' }),
  host: Type.String({ description: 'defanged' }),
  tool: Type.String({ description: 'that would fetch it, such as wget' }),
  steps: Type.Array(Type.String(), { description: 'what was undone to read it in the first of its payloads' }),
  cut: Type.Boolean({ description: 'the payload ends within it, and more may have followed' }),
  packets: Count,
  payloads: Type.Integer({ minimum: 0, description: 'distinct ones with it' }),
  sources: Type.Integer({ minimum: 0, description: 'near enough: standard error 6.5 %' }),
  sensors: Type.Array(Type.String()),
  first: Time,
  last: Time,
  sample: Type.Array(Type.String(), { description: 'some of its sources, those that came first' }),
  ids: Type.Array(Type.String(), { description: 'some of its payloads, those with most packets first' }),
});
export type Site = Type.Static<typeof Site>;
export const siteColumns = Object.keys(Site.properties) as readonly (keyof Site)[];
