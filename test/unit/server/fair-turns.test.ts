/** Many askers, a few answers at a time: nobody waits behind all of what another asks. */
import { expect, test } from 'vitest';
import { FairTurns } from '../../../server/api/fair-turns.ts';

const here = () => new AbortController().signal;
const settled = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Work that is noted when it begins, and ends when it is told to. */
function createWork() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      ends.push(() => resolve(name));
    });
  const endFirst = async () => {
    ends.shift()!();
    await settled();
  };
  return { begun, work, endFirst };
}

test('askers take turns, however much one asks', async () => {
  const turns = new FairTurns(1, 100);
  const { begun, work, endFirst } = createWork();
  const asked = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => turns.take(name[0]!, here(), work(name)));
  for (let each = 0; each < 7; each++) await endFirst();
  expect(await Promise.all(asked)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('no more are worked on at once than may be, also after one failed', async () => {
  const turns = new FairTurns(2, 100);
  let [working, most] = [0, 0];
  const work = (fails: boolean) => async () => {
    most = Math.max(most, ++working);
    await settled();
    working--;
    if (fails) throw new Error('no');
    return 1;
  };
  const answers = await Promise.allSettled(
    [true, false, true, false, false].map((fails) => turns.take('a', here(), work(fails))),
  );
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(most).toBe(2);
});

test('what nobody waits for any more leaves the queue, and makes room', async () => {
  const turns = new FairTurns(1, 1);
  const { begun, work, endFirst } = createWork();
  const first = turns.take('a', here(), work('first'));
  const going = new AbortController();
  const left = turns.take('b', going.signal, work('left'));
  await expect(turns.take('b', here(), work('more'))).rejects.toMatchObject({ status: 429, code: 'API_BUSY' });
  going.abort();
  await expect(left).rejects.toMatchObject({ status: 499, code: 'API_GONE' });
  const next = turns.take('b', here(), work('next'));
  await endFirst();
  await endFirst();
  expect([await first, await next]).toEqual(['first', 'next']);
  expect(begun).toEqual(['first', 'next']);
  await expect(turns.take('a', AbortSignal.abort(), work('late'))).rejects.toMatchObject({ code: 'API_GONE' });
});

test('a full queue turns away the last of whoever fills it', async () => {
  const turns = new FairTurns(1, 3);
  const { begun, work, endFirst } = createWork();
  const asked = ['a0', 'a1', 'a2', 'a3'].map((name) => turns.take('a', here(), work(name)));
  const refused = asked[3]!.catch((error: unknown) => error);
  await expect(turns.take('a', here(), work('a4'))).rejects.toMatchObject({ code: 'API_BUSY' });
  const other = turns.take('b', here(), work('b1'));
  expect(await refused).toMatchObject({ status: 429, code: 'API_BUSY' });
  for (let each = 0; each < 4; each++) await endFirst();
  expect(await Promise.all([...asked.slice(0, 3), other])).toEqual(['a0', 'a1', 'a2', 'b1']);
  expect(begun).toEqual(['a0', 'a1', 'b1', 'a2']);
});
