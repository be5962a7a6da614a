/** What is answered about a dropped file, by paths of the server's API. */
import { ledger, network, sensors, sessions } from './catalogue.ts';
import { type AnswerRoute, type FileParts, notInFile, type OnProgress } from './file-parts.ts';
import { flows, port, source } from './flows.ts';
import { maliciousSites, payload, payloads } from './payloads.ts';
import { Query } from './query.ts';
import { series, top } from './series.ts';

const routes: readonly AnswerRoute[] = [
  ...[sessions, sensors, series, top, flows, source, port, network, ledger],
  ...[payloads, payload, maliciousSites],
];

/** The body that a server answers such as `api/v1/top?by=port` with. Throws ApiError and RangeError. */
export async function answerPath(parts: FileParts, path: string, onProgress: OnProgress): Promise<unknown> {
  const { pathname, searchParams } = new URL(path, 'http://file/');
  const below = pathname.replace(/^\/api\/v1\//, '');
  for (const route of routes) {
    const found = route.path.exec(below);
    if (found !== null) return route.answer(parts, new Query(searchParams), found.slice(1), onProgress);
  }
  throw notInFile(below.slice(0, 60));
}
