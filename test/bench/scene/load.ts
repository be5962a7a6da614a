/**
 * The load that the scene is measured at: 100 thousand streaks in flight, 10 thousand new ones a second. A streak lives for
 * about three seconds, so the scene's clock runs at 0.3 of the wall's: streaks live for ten, nothing else changes. The clock
 * is the one of `window.kurayami.setClock`, and capture times run as slowly as the scene does.
 */
import { LIFE_SECONDS } from '../../../viz/layers/streak-uniforms.ts';

export const NEW_EACH_SECOND = 10_000;
export const IN_FLIGHT = 100_000;
/** Seconds of the scene in a second of the wall. */
export const SLOWNESS = (LIFE_SECONDS * NEW_EACH_SECOND) / IN_FLIGHT;
/** As long as streaks live at that clock, and a little longer: then as many land as leave. */
export const STEADY_SECONDS = IN_FLIGHT / NEW_EACH_SECOND + 3;
