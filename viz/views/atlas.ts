/** Atlas: flows fly over the globe from the country of their source to the sensor that saw them. */
import { type Scene, Vector3 } from 'three';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { Atmosphere } from '../layers/atmosphere.ts';
import { EdgeRing } from '../layers/edge-ring.ts';
import { Globe } from '../layers/globe.ts';
import { StreakHeads } from '../layers/heads.ts';
import type { SceneLayer } from '../layers/layer.ts';
import { StreakRibbons } from '../layers/ribbons.ts';
import { StreakRipples } from '../layers/ripples.ts';
import { SensorMarks } from '../layers/sensor-marks.ts';
import { Stars } from '../layers/stars.ts';
import { StreakBuffer } from '../layers/streak-buffer.ts';
import { createStreakUniforms, EDGE_RADIUS, type StreakUniforms } from '../layers/streak-uniforms.ts';
import { homeOf } from '../scene/home.ts';
import type { Label } from '../scene/labels.ts';
import { sensorPlace } from '../scene/sensor-places.ts';
import { unitVector, type Vector } from '../scene/sphere.ts';
import { sunDirection } from '../scene/sun.ts';
import { drawWorld, loadWorld, type WorldMap } from '../scene/world-map.ts';
import type { Text } from '../text/text.ts';
import type { Picture, View, ViewContext, ViewMaker } from './view.ts';

const MOST_COUNTRY_LABELS = 12;
const COARSE_MAP_WIDTH = 2048;
/** Streaks in the air at full brightness; with more, each gives a little less light. */
const FULL_BRIGHTNESS_STREAKS = 600;
const EDGE_LABEL_TURN = (47 / 180) * Math.PI;

export const atlas: ViewMaker = { id: 'atlas', create: (context, scene) => new Atlas(context, scene) };

class Atlas implements View {
  readonly fitRadius = EDGE_RADIUS + 0.015;
  readonly #context: ViewContext;
  readonly #uniforms: StreakUniforms;
  readonly #sun = { value: new Vector3(0, 0, 1) };
  readonly #streaks: StreakBuffer;
  readonly #globe: Globe;
  readonly #sensors: SensorMarks;
  readonly #layers: readonly SceneLayer[];
  #map: WorldMap | null = null;
  #gone = false;

  constructor(context: ViewContext, scene: Scene) {
    const { quality, ring } = context;
    this.#context = context;
    this.#uniforms = createStreakUniforms(quality.ribbonPixels);
    this.#streaks = new StreakBuffer(ring);
    this.#globe = new Globe(this.#sun, quality.tier === 'low' ? 48 : 96);
    this.#sensors = new SensorMarks(this.#uniforms);
    this.#layers = [
      new Stars(quality.stars, this.#uniforms),
      this.#globe,
      new Atmosphere(this.#sun),
      this.#sensors,
      new EdgeRing(this.#uniforms),
      new StreakRibbons(this.#streaks, this.#uniforms, quality.ribbonSegments),
      new StreakHeads(this.#streaks, this.#uniforms),
      new StreakRipples(this.#streaks, this.#uniforms),
    ];
    for (const { object } of this.#layers) scene.add(object);
    void this.#loadMaps();
  }

  update(totals: LiveTotals, text: Text, countryName: (code: string) => string): void {
    this.#globe.setRates(new Map(totals.topCountries.map(({ country, packets }) => [country, packets])));
    this.#sensors.update(totals.sensors.map(sensorPlace));
    const home = homeOf(totals.sensors, totals.topCountries, (code) => this.#placeOf(code));
    this.#context.orbit.setHome(home.latitude, home.longitude, this.#map !== null && totals.topCountries.length > 0);
    this.#context.labels.set([
      ...sensorLabels(totals, text),
      this.#edgeLabel(text),
      ...this.#countryLabels(totals, countryName),
    ]);
  }

  animate(picture: Picture): void {
    const { stage, ring, labels } = this.#context;
    const { width, height } = stage.pixels;
    const uniforms = this.#uniforms;
    uniforms.now.value = picture.now - ring.base;
    uniforms.brightness.value = Math.max(0.3, Math.min(1, FULL_BRIGHTNESS_STREAKS / Math.max(1, picture.inFlight)));
    uniforms.still.value = picture.still ? 1 : 0;
    uniforms.classMask.value = picture.classMask;
    uniforms.viewport.value.set(width, height);
    uniforms.pixelScale.value = Math.max(0.75, Math.min(width * 0.7, height) / 900);
    uniforms.edgeRight.value.copy(stage.right);
    uniforms.edgeUp.value.copy(stage.up);
    if (picture.captureSeconds !== null) this.#sun.value.set(...sunDirection(picture.captureSeconds));
    this.#streaks.upload();
    labels.animate(stage.camera, stage.canvas.clientWidth, stage.canvas.clientHeight);
  }

  dispose(): void {
    this.#gone = true;
    for (const layer of this.#layers) layer.dispose();
  }

  async #loadMaps(): Promise<void> {
    const breathe = () => new Promise<void>((resolve) => setTimeout(resolve));
    for (const detail of ['coarse', 'fine'] as const) {
      try {
        const width = detail === 'coarse' ? COARSE_MAP_WIDTH : this.#context.quality.mapWidth;
        const map = await drawWorld(await loadWorld(detail), width, breathe);
        if (this.#gone) return;
        this.#map = map;
        this.#globe.setMap(map, this.#context.quality.anisotropy);
      } catch (error) {
        // Streaks do not need the map: the picture goes on over a bare sphere, or over the coarse one.
        console.warn(error);
      }
    }
  }

  #placeOf(code: string): { latitude: number; longitude: number } | undefined {
    return code === '' ? undefined : this.#map?.countries.find((country) => country.code === code);
  }

  #countryLabels(totals: LiveTotals, countryName: (code: string) => string): Label[] {
    const labels: Label[] = [];
    for (const { country } of totals.topCountries) {
      const place = this.#placeOf(country);
      if (!place || labels.length >= MOST_COUNTRY_LABELS) continue;
      const at = unitVector(place.latitude, place.longitude);
      labels.push({ key: country, text: countryName(country), kind: 'country', at: () => at, onGround: true });
    }
    return labels;
  }

  #edgeLabel(text: Text): Label {
    const { right, up } = this.#context.stage;
    const c = Math.cos(EDGE_LABEL_TURN) * EDGE_RADIUS;
    const s = Math.sin(EDGE_LABEL_TURN) * EDGE_RADIUS;
    const at = (): Vector => [right.x * c + up.x * s, right.y * c + up.y * s, right.z * c + up.z * s];
    return { key: 'edge', text: text.placeUnknown, kind: 'edge', at, onGround: false };
  }
}

function sensorLabels({ sensors }: LiveTotals, text: Text): Label[] {
  return sensors.map((sensor) => {
    const at = sensorPlace(sensor);
    const where = sensor.place ? sensor.place.name : text.placeNotSet;
    return { key: String(sensor.id), text: `${sensor.name} · ${where}`, kind: 'sensor', at: () => at, onGround: true };
  });
}
