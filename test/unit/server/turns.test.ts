/** Dear questions take turns. */
import { expect, test } from 'vitest';
import { Turns } from '../../../server/api/turns.ts';

const here = () => false;

test('one after the other, also when one fails', async () => {
  const turns = new Turns();
  let working = 0;
  const work = async (answer: number) => {
    expect(++working).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    working--;
    if (answer === 2) throw new Error('no');
    return answer;
  };
  const answers = await Promise.allSettled([1, 2, 3].map((answer) => turns.take(here, () => work(answer))));
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message))).toEqual([
    1,
    'no',
    3,
  ]);
});

test('nothing is done for who is gone when the turn comes, and no more than eight wait', async () => {
  const turns = new Turns();
  let done = 0;
  let finish = () => {};
  const first = turns.take(here, () => new Promise<void>((resolve) => (finish = resolve)));
  const others = Array.from({ length: 7 }, () =>
    turns.take(
      () => true,
      async () => ++done,
    ),
  );
  await expect(turns.take(here, async () => ++done)).rejects.toMatchObject({ status: 429, code: 'API_BUSY' });
  finish();
  await first;
  for (const other of others) await expect(other).rejects.toMatchObject({ code: 'API_GONE' });
  expect(done).toBe(0);
  expect(await turns.take(here, async () => ++done)).toBe(1);
});
