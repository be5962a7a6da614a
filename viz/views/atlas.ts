/** Atlas: flows fly over the globe, or over a flat map, from the country of their source to the sensor that saw them. */
import { Vector3 } from 'three';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { Atmosphere } from '../layers/atmosphere.ts';
import { EDGE_RADIUS, EdgeRing } from '../layers/edge-ring.ts';
import { Globe } from '../layers/globe.ts';
import type { SceneLayer } from '../layers/layer.ts';
import { LANDING_DEGREES, SensorMarks } from '../layers/sensor-marks.ts';
import { homeOf } from '../scene/home.ts';
import type { Label } from '../scene/labels.ts';
import { Orbit, type Pose, poseBetween } from '../scene/orbit.ts';
import { sensorPlace } from '../scene/sensor-table.ts';
import { onWorld, unitVector, type Vector } from '../scene/sphere.ts';
import { sunDirection } from '../scene/sun.ts';
import { drawWorld, loadWorld, type WorldMap } from '../scene/world-map.ts';
import { atlasPath } from '../shaders/atlas-path.ts';
import type { Text } from '../text/text.ts';
import { AtlasTwin } from './atlas-twin.ts';
import type { Extent, Picture, View, ViewContext, ViewMaker } from './view.ts';

const MOST_COUNTRY_LABELS = 12;
const COARSE_MAP_WIDTH = 2048;
const EDGE_LABEL_TURN = (47 / 180) * Math.PI;
const FLATTEN_SECONDS = 1.4;
const GLOBE: Extent = { width: EDGE_RADIUS + 0.015, height: EDGE_RADIUS + 0.015 };
const MAP: Extent = { width: 1.94, height: 1.14 };

const uniforms = {
  flatness: { value: 0 },
  sensorPlaces: { value: null as unknown },
  heightByPort: { value: 0 },
  edgeRight: { value: new Vector3(1, 0, 0) },
  edgeUp: { value: new Vector3(0, 1, 0) },
  edgeRadius: { value: EDGE_RADIUS },
  landingRadians: { value: (LANDING_DEGREES * Math.PI) / 180 },
};

export const atlas: ViewMaker = {
  id: 'atlas',
  name: 'atlas',
  key: '1',
  path: { name: 'atlas', uniforms, glsl: atlasPath },
  create: (context) => new Atlas(context),
};

class Atlas implements View {
  readonly orbit: AtlasOrbit;
  readonly layers: readonly SceneLayer[];
  readonly twin: AtlasTwin;
  readonly #context: ViewContext;
  readonly #presence = { value: 0 };
  readonly #sun = { value: new Vector3(0, 0, 1) };
  readonly #globe: Globe;
  readonly #sensors: SensorMarks;
  #map: WorldMap | null = null;
  #labels: readonly Label[] = [];
  /** Share of the way from globe to map, in time. */
  #flattened = 0;
  #gone = false;
  #areMapsThere = false;

  constructor(context: ViewContext) {
    this.#context = context;
    uniforms.sensorPlaces.value = context.sensors.texture;
    this.orbit = new AtlasOrbit();
    this.twin = new AtlasTwin(uniforms, context.sensors);
    const world = { flatness: uniforms.flatness, presence: this.#presence };
    this.#globe = new Globe(this.#sun, world, context.quality.tier === 'low' ? 48 : 96);
    this.#sensors = new SensorMarks(context.uniforms, world);
    const { edgeRight, edgeUp } = uniforms;
    const { pixelScale } = context.uniforms;
    this.layers = [
      this.#globe,
      new Atmosphere(this.#sun, world),
      this.#sensors,
      new EdgeRing({ ...world, edgeRight, edgeUp, pixelScale }),
    ];
    void this.#loadMaps();
  }

  get isWhole(): boolean {
    return this.#areMapsThere;
  }

  get extent(): Extent {
    const { value: share } = uniforms.flatness;
    return {
      width: GLOBE.width + (MAP.width - GLOBE.width) * share,
      height: GLOBE.height + (MAP.height - GLOBE.height) * share,
    };
  }

  setPresence(share: number): void {
    this.#presence.value = share;
  }

  update(totals: LiveTotals, text: Text, countryName: (code: string) => string): void {
    this.#globe.setRates(new Map(totals.topCountries.map(({ country, packets }) => [country, packets])));
    this.#sensors.update(totals.sensors);
    const home = homeOf(totals.sensors, totals.topCountries, (code) => this.#placeOf(code));
    this.orbit.setHome(home.latitude, home.longitude, this.#map !== null && totals.topCountries.length > 0);
    this.#labels = [...sensorLabels(totals, text), this.#edgeLabel(text), ...this.#countryLabels(totals, countryName)];
  }

  labels(): readonly Label[] {
    return this.#labels;
  }

  animate({ elapsed, captureSeconds, settings }: Picture): void {
    const goal = settings.flat ? 1 : 0;
    const step = elapsed / FLATTEN_SECONDS;
    this.#flattened += Math.max(-step, Math.min(step, goal - this.#flattened));
    uniforms.flatness.value = smooth(this.#flattened);
    this.orbit.flatness = uniforms.flatness.value;
    uniforms.heightByPort.value = settings.heightBy === 'port' ? 1 : 0;
    uniforms.edgeRight.value.copy(this.#context.stage.right);
    uniforms.edgeUp.value.copy(this.#context.stage.up);
    if (captureSeconds !== null) this.#sun.value.set(...sunDirection(captureSeconds));
  }

  dispose(): void {
    this.#gone = true;
    for (const layer of this.layers) layer.dispose();
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
    this.#areMapsThere = true;
  }

  #placeOf(code: string): { latitude: number; longitude: number } | undefined {
    return code === '' ? undefined : this.#map?.countries.find((country) => country.code === code);
  }

  #countryLabels(totals: LiveTotals, countryName: (code: string) => string): Label[] {
    const labels: Label[] = [];
    for (const { country } of totals.topCountries) {
      const place = this.#placeOf(country);
      if (!place || labels.length >= MOST_COUNTRY_LABELS) continue;
      const at = onGround(unitVector(place.latitude, place.longitude));
      labels.push({ key: country, text: countryName(country), kind: 'country', at, hiddenBehindGlobe: isGlobe });
    }
    return labels;
  }

  #edgeLabel(text: Text): Label {
    const { right, up } = this.#context.stage;
    const c = Math.cos(EDGE_LABEL_TURN) * EDGE_RADIUS;
    const s = Math.sin(EDGE_LABEL_TURN) * EDGE_RADIUS;
    const at = (): Vector =>
      isGlobe() ? [right.x * c + up.x * s, right.y * c + up.y * s, right.z * c + up.z * s] : [-1.88, -1.1, 0];
    return { key: 'edge', text: text.placeUnknown, kind: 'edge', at };
  }
}

const isGlobe = () => uniforms.flatness.value < 0.5;
const onGround = (place: Vector) => () => onWorld(place, uniforms.flatness.value);
const smooth = (share: number) => share * share * (3 - 2 * share);

/** Two orbits in one: around the globe, and before the map, which is seen from the front. */
class AtlasOrbit extends Orbit {
  flatness = 0;
  readonly #front = new Orbit({
    home: { latitude: 0, longitude: 0, zoom: 1 },
    swingDegrees: 0,
    nodDegrees: 0,
    steepestDegrees: 40,
    widestDegrees: 40,
  });

  constructor() {
    super({
      home: { latitude: 18, longitude: 110, zoom: 1 },
      swingDegrees: 20,
      nodDegrees: 5,
      steepestDegrees: 75,
      widestDegrees: 180,
    });
  }

  override turn(eastDegrees: number, northDegrees: number, wallSeconds: number): void {
    if (this.flatness > 0.5) this.#front.turn(eastDegrees, northDegrees, wallSeconds);
    else super.turn(eastDegrees, northDegrees, wallSeconds);
  }

  override zoomBy(factor: number, wallSeconds: number): void {
    if (this.flatness > 0.5) this.#front.zoomBy(factor, wallSeconds);
    else super.zoomBy(factor, wallSeconds);
  }

  override reset(): void {
    super.reset();
    this.#front.reset();
  }

  override letGo(): void {
    super.letGo();
    this.#front.letGo();
  }

  override get held(): Pose | null {
    return this.flatness > 0.5 ? this.#front.held : super.held;
  }

  /** Both: which of them is looked at is known when the first picture is made. */
  override hold(pose: Pose): void {
    super.hold(pose);
    this.#front.hold(pose);
  }

  override animate(sceneSeconds: number, elapsed: number, wallSeconds: number, rotating: boolean): Pose {
    const front = this.#front.animate(sceneSeconds, elapsed, wallSeconds, rotating);
    return poseBetween(super.animate(sceneSeconds, elapsed, wallSeconds, rotating), front, this.flatness);
  }
}

function sensorLabels({ sensors }: LiveTotals, text: Text): Label[] {
  return sensors.map((sensor) => {
    const at = onGround(sensorPlace(sensor));
    const where = sensor.place ? sensor.place.name : text.placeNotSet;
    const name = `${sensor.name} · ${where}`;
    return { key: String(sensor.id), text: name, kind: 'sensor', at, hiddenBehindGlobe: isGlobe };
  });
}
