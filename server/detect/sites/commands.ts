/** Commands of exploits that fetch something: what they would fetch, and with what. */

export type FetchTool = 'wget' | 'curl' | 'tftp' | 'ftpget' | 'powershell' | 'certutil' | 'jndi';

/** What is fetched, by which tool. `end` is where its URL ends in the text. */
export interface Fetch {
  readonly tool: FetchTool;
  readonly url: string;
  readonly end: number;
}

const MOST_FETCHES = 16;
/** Up to where one command goes. */
const ARGUMENTS = '[^;&|\\n\\r`<>]{1,400}';
const COMMAND = new RegExp(
  `(?<![A-Za-z0-9_.-])(wget|curl|tftp|ftpget|certutil)(?:\\.exe)?[\\s'"]+(${ARGUMENTS})`,
  'gi',
);
const POWERSHELL =
  /(?:DownloadString|DownloadFile|Invoke-WebRequest|\biwr\b|Start-BitsTransfer)[^;|]{0,80}?(https?:\/\/[^\s'"()<>;|]{4,300})/gi;
const JNDI = /\$\{jndi:((?:ldaps?|rmi|dns|iiop|nis|nds|corba|https?):\/{0,2}[^\s'"<>}]{3,300})/gi;
const URL = /^(?:https?|ftp):\/\/[^\s'"()<>]{3,300}$/i;
/** Without a scheme: wget takes http for granted. */
const HOST_AND_PATH =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?::\d{1,5})?(?:\/[^\s'"()<>]{0,300})?$/i;
const HOST = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})$/i;

/** Options whose value could be taken for what is fetched. */
const WITH_VALUE: Readonly<Record<string, string>> = {
  wget: 'OoPTtUae',
  curl: 'odAeHXTumxUK',
  tftp: 'lrbm',
  ftpget: 'upP',
  certutil: '',
};

/** In the order of the text, at most 16. */
export function fetchesOf(text: string): Fetch[] {
  const found: Fetch[] = [];
  for (const match of text.matchAll(COMMAND)) {
    const tool = match[1]!.toLowerCase() as FetchTool;
    const from = match.index + match[0].length - match[2]!.length;
    for (const fetch of fetchedBy(tool, wordsOf(match[2]!, from))) found.push(fetch);
  }
  for (const match of text.matchAll(POWERSHELL)) found.push(urlOf('powershell', match));
  for (const match of text.matchAll(JNDI)) found.push(urlOf('jndi', match));
  return found.slice(0, MOST_FETCHES);
}

function urlOf(tool: FetchTool, match: RegExpMatchArray): Fetch {
  return { tool, url: withLowerScheme(match[1]!), end: match.index! + match[0].length };
}

const withLowerScheme = (url: string) => url.replace(/^[A-Za-z]+/, (scheme) => scheme.toLowerCase());

interface Word {
  readonly text: string;
  readonly end: number;
}

function wordsOf(text: string, from: number): Word[] {
  return [...text.matchAll(/[^\s'"]+/g)].map((match) => ({
    text: match[0],
    end: from + match.index + match[0].length,
  }));
}

function fetchedBy(tool: FetchTool, words: readonly Word[]): Fetch[] {
  const { plain, values } = sortWords(tool, words);
  if (tool === 'tftp') return tftp(plain, values);
  if (tool === 'ftpget') return ftpget(plain);
  const url = words.find(({ text }) => URL.test(text)) ?? plain.find(({ text }) => HOST_AND_PATH.test(text));
  if (url === undefined) return [];
  return [{ tool, url: URL.test(url.text) ? withLowerScheme(url.text) : `http://${url.text}`, end: url.end }];
}

/** Words that are neither options nor their values, and the values of options by their letter. */
function sortWords(tool: string, words: readonly Word[]) {
  const plain: Word[] = [];
  const values = new Map<string, Word>();
  let option = '';
  for (const word of words) {
    if (option !== '') values.set(option, word);
    const letter = /^-[A-Za-z]*([A-Za-z])$/.exec(word.text)?.[1] ?? '';
    const isOption = option === '' && word.text.startsWith('-');
    if (option === '' && !isOption) plain.push(word);
    option = isOption && (WITH_VALUE[tool] ?? '').includes(letter) && letter !== '' ? letter : '';
  }
  return { plain, values };
}

/** `tftp -g -r FILE HOST`, `tftp HOST -c get FILE`, `tftp -i HOST GET FILE`. */
function tftp(plain: readonly Word[], values: ReadonlyMap<string, Word>): Fetch[] {
  const host = plain.find(({ text }) => HOST.test(text));
  if (host === undefined) return [];
  const get = plain.findIndex(({ text }) => /^get$/i.test(text));
  const file = values.get('r') ?? plain[get < 0 ? plain.length : get + 1] ?? null;
  const end = Math.max(host.end, file?.end ?? 0);
  return [{ tool: 'tftp', url: `tftp://${host.text}/${file?.text ?? ''}`, end }];
}

/** `ftpget [-u USER -p PASSWORD -P PORT] HOST [LOCAL] REMOTE`. */
function ftpget(plain: readonly Word[]): Fetch[] {
  const at = plain.findIndex(({ text }) => HOST.test(text));
  if (at < 0) return [];
  const file = plain[at + 2] ?? plain[at + 1] ?? null;
  const end = Math.max(plain[at]!.end, file?.end ?? 0);
  return [{ tool: 'ftpget', url: `ftp://${plain[at]!.text}/${file?.text ?? ''}`, end }];
}
