/** The streak layer alone, as the page uses it: new streaks into the ring, settled, handed to the card, drawn by three. */
import { LaunchPlan } from '../../../../../viz/feed/launch-plan.ts';
import { PageLedger } from '../../../../../viz/feed/page-ledger.ts';
import { StreakLayer } from '../../../../../viz/layers/streak-layer.ts';
import { StreakTexture } from '../../../../../viz/layers/streak-texture.ts';
import { createStreakUniforms, LIFE_SECONDS } from '../../../../../viz/layers/streak-uniforms.ts';
import { qualities } from '../../../../../viz/scene/quality.ts';
import { SensorTable } from '../../../../../viz/scene/sensor-table.ts';
import { Stage } from '../../../../../viz/scene/stage.ts';
import { brightnessOf, StreakColours } from '../../../../../viz/scene/streak-colours.ts';
import { StreakRing } from '../../../../../viz/scene/streak-ring.ts';
import { writeStreaks } from '../../../../../viz/scene/streak-writer.ts';
import { views } from '../../../../../viz/views/index.ts';
import { IN_FLIGHT, NEW_EACH_SECOND, SLOWNESS } from '../../load.ts';
import { MadeStreaks } from '../../made-streaks.ts';

const view = Math.max(
  0,
  views.findIndex(({ id }) => `#${id}` === location.hash),
);
const asked = new URLSearchParams(location.search);
const quality = qualities[asked.get('quality') === 'low' ? 'low' : 'high'];
/** They live for ten seconds. */
const newEachSecond = Number(asked.get('streaks') ?? IN_FLIGHT) / (IN_FLIGHT / NEW_EACH_SECOND);
const canvas = document.getElementById('picture') as HTMLCanvasElement;
const stage = new Stage(canvas, quality.antialias);
const sensors = new SensorTable();
const paths = views.map(({ path }) => path);
const uniforms = createStreakUniforms(quality.ribbonPixels, paths);
(uniforms as Record<string, { value: unknown }>).sensorPlaces!.value = sensors.texture;
uniforms.viewFrom.value = uniforms.viewTo.value = view;
const ring = new StreakRing(quality.streakCapacity, LIFE_SECONDS);
const streaks = new StreakTexture(ring);
const layer = new StreakLayer(streaks, uniforms, paths, quality.ribbonSegments);
layer.show(paths[view]!);
stage.scene.add(layer.object);
const colours = new StreakColours();
const target = {
  ring,
  plan: new LaunchPlan(),
  ledger: new PageLedger(),
  sensorIndex: (id: number) => sensors.indexOf(id),
};
const area = { left: 0, top: 0, width: canvas.clientWidth, height: canvas.clientHeight };
stage.resize(quality, area);
stage.look({ latitude: 18, longitude: 110, zoom: 1 }, { width: 1.2, height: 1.2 });

const made = new MadeStreaks(4000, [1]);
const sceneSeconds = (milliseconds: number) => (milliseconds / 1000) * SLOWNESS;
let before = performance.now();
requestAnimationFrame(frame);

/** As picture-loop.ts does it for the whole page. */
function frame(): void {
  requestAnimationFrame(frame);
  const wall = performance.now();
  const now = sceneSeconds(wall);
  const batch = made.next(sceneSeconds(before), now, Math.round(((wall - before) / 1000) * newEachSecond));
  before = wall;
  writeStreaks(batch, target, now);
  ring.settle(now);
  colours.apply(uniforms, 0xff);
  uniforms.brightness.value = brightnessOf(ring.inFlight(now));
  layer.upload();
  uniforms.now.value = now - ring.base;
  uniforms.viewport.value.set(canvas.width, canvas.height);
  stage.render();
  document.body.dataset.inFlight = String(ring.inFlight(now));
}
