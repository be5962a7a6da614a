/** What stands on the page, and what does not on a wall. */
import { expect, test } from 'vitest';
import { readAbout } from '../../../viz/feed/about.ts';
import { usualLayout } from '../../../viz/panels/desk/layout.ts';
import { readDesk } from '../../../viz/panels/desk/settings.ts';
import { shownOf } from '../../../viz/panels/shown.ts';

const ids = ['ports', 'mix'];

test('on a wall neither desk nor sheet stands, and after it what was there', () => {
  const desk = {
    ...readDesk(new URLSearchParams('desk=half'), ids, null),
    layout: { ...usualLayout(ids), enlarged: 'mix' },
  };
  const about = readAbout('port:23/tcp');
  expect(shownOf({ desk, about, kioskSeconds: 30 })).toEqual({ height: 'off', enlarged: null, about: null });
  expect(shownOf({ desk, about, kioskSeconds: null })).toEqual({ height: 'half', enlarged: 'mix', about });
});
