/** Filters that a browser keeps, whatever else lies in its storage. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { FilterSender } from '../../../viz/feed/filter-sender.ts';
import { MOST_RECENT, MOST_SAVED, SavedFilters } from '../../../viz/filter/saved-filters.ts';

function storage(text: string | null = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

describe('saved filters', () => {
  test('are kept by name, renamed, deleted; those used last come first', () => {
    const place = storage();
    const filters = new SavedFilters(place);
    expect(filters.save(' telnet ', 'dst port 23')).toBe(true);
    expect(filters.save('syn', 'class tcpSyn')).toBe(true);
    expect(filters.save('telnet', 'tcp dst port 23')).toBe(true);
    expect(filters.save('  ', 'tcp')).toBe(false);
    expect(filters.rename('syn', 'telnet')).toBe(false);
    expect(filters.rename('syn', 'SYNs')).toBe(true);
    for (const filter of ['tcp', 'udp', 'tcp']) filters.used(filter);
    const again = new SavedFilters(place);
    expect(again.saved).toEqual([
      { name: 'SYNs', filter: 'class tcpSyn' },
      { name: 'telnet', filter: 'tcp dst port 23' },
    ]);
    expect(again.recent).toEqual(['tcp', 'udp']);
    again.delete('SYNs');
    expect(filters.saved.map(({ name }) => name)).toEqual(['telnet']);
  });

  test('are not too many, and none is too long', () => {
    const filters = new SavedFilters(storage());
    for (let at = 0; at < MOST_SAVED; at++) expect(filters.save(`${at}`, 'tcp')).toBe(true);
    expect(filters.save('more', 'tcp')).toBe(false);
    expect(filters.save('7', 'udp')).toBe(true);
    filters.delete('7');
    expect(filters.save('long', 'a'.repeat(9_000))).toBe(false);
    expect(filters.save('n'.repeat(500), 'tcp')).toBe(true);
    expect(filters.saved.at(-1)!.name).toHaveLength(60);
    for (let at = 0; at < 30; at++) filters.used(`dst port ${at}`);
    expect(filters.recent).toHaveLength(MOST_RECENT);
  });

  test.for([
    'no JSON',
    'null',
    '7',
    '[]',
    '{"saved":7,"recent":{}}',
    '{"saved":[null,7,{"name":"a"},{"name":7,"filter":"tcp"},{"name":"","filter":"tcp"},{"name":"a","filter":""}]}',
    `{"saved":[{"name":"a","filter":"${'a'.repeat(10_000)}"}],"recent":[1,null,""]}`,
    'a'.repeat(1_000_000),
  ])('garbage in the storage is passed over (%.20s)', (text) => {
    const filters = new SavedFilters(storage(text));
    expect([filters.saved, filters.recent]).toEqual([[], []]);
    expect(filters.save('good', 'tcp')).toBe(true);
    expect(filters.saved).toHaveLength(1);
  });

  test('last as long as the page where nothing can be stored', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
    };
    for (const place of [full, null]) {
      const filters = new SavedFilters(place);
      expect(filters.save('a', 'tcp')).toBe(true);
      expect(filters.saved).toEqual([{ name: 'a', filter: 'tcp' }]);
    }
  });
});

describe('the filter is told to the server', () => {
  const sent: string[] = [];
  beforeEach(() => {
    sent.length = 0;
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });
  const sender = () => new FilterSender((filter) => sent.push(filter));

  test('when it has said hello, on every connection; no filter need not be told', () => {
    const one = sender();
    one.begin();
    expect(sent).toEqual([]);
    one.end();
    one.want('tcp');
    expect(sent).toEqual([]);
    one.begin();
    one.end();
    one.begin();
    expect(sent).toEqual(['tcp', 'tcp']);
  });

  test('of many changes the last, and not more than two a second', () => {
    const one = sender();
    one.begin();
    for (let at = 0; at < 100; at++) one.want(`dst port ${at}`);
    expect(sent).toEqual(['dst port 0']);
    vi.advanceTimersByTime(600);
    expect(sent).toEqual(['dst port 0', 'dst port 99']);
    vi.advanceTimersByTime(600);
    one.want('');
    expect(sent.at(-1)).toBe('');
    expect(sent).toHaveLength(3);
  });

  test('again, when it was refused and is wanted again before another was sent', () => {
    const one = sender();
    one.begin();
    one.want('wrong');
    one.refused('wrong');
    one.want('tcp');
    one.want('wrong');
    vi.advanceTimersByTime(2_000);
    expect(sent).toEqual(['wrong', 'wrong']);
    // A refusal that comes late is not of what was asked since.
    one.want('udp');
    one.refused('wrong');
    vi.advanceTimersByTime(2_000);
    one.want('udp');
    expect(sent).toEqual(['wrong', 'wrong', 'udp']);
    one.end();
    one.want('tcp');
    vi.advanceTimersByTime(2_000);
    expect(sent).toHaveLength(3);
  });

  test('again, when others were in the way', () => {
    const one = sender();
    one.begin();
    one.want('tcp');
    one.askAgain();
    vi.advanceTimersByTime(9_000);
    expect(sent).toEqual(['tcp']);
    vi.advanceTimersByTime(2_000);
    expect(sent).toEqual(['tcp', 'tcp']);
    one.askAgain();
    one.end();
    vi.advanceTimersByTime(20_000);
    expect(sent).toHaveLength(2);
  });
});
