import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  DataTexture,
  GLSL3,
  LinearFilter,
  LinearMipmapLinearFilter,
  LinearMipmapNearestFilter,
  Mesh,
  NearestFilter,
  RedFormat,
  ShaderMaterial,
  type Vector3,
} from 'three';
import { unitVector, type Vector } from '../scene/sphere.ts';
import type { WorldMap } from '../scene/world-map.ts';
import { globeFragment, globeVertex } from '../shaders/globe.ts';
import type { SceneLayer } from './layer.ts';

/** Between globe and map, and between there and gone. */
export interface WorldUniforms {
  readonly flatness: { value: number };
  readonly presence: { value: number };
}

const COUNTRIES = 256;
/** Share of the way that a country's tint moves to its new value at each update. */
const EASE = 0.35;

/** The Earth, with land and borders from a drawn map and a tint a country from a row of rates. */
export class Globe implements SceneLayer {
  readonly object: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #rates = new Uint8Array(COUNTRIES);
  readonly #rateTexture = new DataTexture(this.#rates, COUNTRIES, 1, RedFormat);
  readonly #smooth = new Float32Array(COUNTRIES);
  #map: WorldMap | null = null;
  /** The map has no tints yet: the first are shown as they are. */
  #isNew = true;

  constructor(sun: { value: Vector3 }, { flatness, presence }: WorldUniforms, segments: number) {
    const uniforms = {
      land: { value: null },
      countries: { value: null },
      rates: { value: this.#rateTexture },
      mapReady: { value: 0 },
      sun,
      flatness,
      presence,
    };
    const material = new ShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: globeVertex,
      fragmentShader: globeFragment,
      uniforms,
      transparent: true,
    });
    this.object = new Mesh(sphereGeometry(segments * 2, segments), material);
    this.object.renderOrder = 1;
  }

  /** Draws on this map from now on; the earlier one's textures are freed. */
  setMap(map: WorldMap, anisotropy: number): void {
    this.#disposeTextures();
    this.#map = map;
    const land = new CanvasTexture(map.canvas);
    // Without a graphics card every sample costs: the nearest level has to do.
    land.minFilter = anisotropy > 1 ? LinearMipmapLinearFilter : LinearMipmapNearestFilter;
    land.magFilter = LinearFilter;
    land.anisotropy = anisotropy;
    const countries = new DataTexture(map.countryOf, map.width, map.height, RedFormat);
    countries.minFilter = countries.magFilter = NearestFilter;
    countries.needsUpdate = true;
    const { uniforms } = this.object.material;
    uniforms.land!.value = land;
    uniforms.countries!.value = countries;
    uniforms.mapReady!.value = 1;
    this.#isNew = true;
  }

  /** Tints countries by their packets: by the root of their share, so that the second and third are seen too. */
  setRates(packets: ReadonlyMap<string, number>): void {
    if (!this.#map) return;
    const most = Math.max(1, ...packets.values());
    const ease = this.#isNew ? 1 : EASE;
    this.#isNew = false;
    for (const [i, country] of this.#map.countries.entries()) {
      // Shapes without a code, such as Somaliland, are not the place of sources without one.
      const counted = country.code === '' ? 0 : (packets.get(country.code) ?? 0);
      const goal = Math.sqrt(counted / most);
      this.#smooth[i + 1]! += (goal - this.#smooth[i + 1]!) * ease;
      this.#rates[i + 1] = Math.round(this.#smooth[i + 1]! * 255);
    }
    this.#rateTexture.needsUpdate = true;
  }

  #disposeTextures(): void {
    const { uniforms } = this.object.material;
    (uniforms.land!.value as CanvasTexture | null)?.dispose();
    (uniforms.countries!.value as DataTexture | null)?.dispose();
  }

  dispose(): void {
    this.object.removeFromParent();
    this.#disposeTextures();
    this.#rateTexture.dispose();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

/** A unit sphere whose texture runs from -180° to 180° and from south to north. */
export function sphereGeometry(longitudes: number, latitudes: number): BufferGeometry {
  const position: number[] = [];
  const uv: number[] = [];
  const index: number[] = [];
  for (let row = 0; row <= latitudes; row++) {
    for (let column = 0; column <= longitudes; column++) {
      const place: Vector = unitVector((row / latitudes) * 180 - 90, (column / longitudes) * 360 - 180);
      position.push(...place);
      uv.push(column / longitudes, row / latitudes);
      const at = row * (longitudes + 1) + column;
      const above = at + longitudes + 1;
      if (row < latitudes && column < longitudes) index.push(at, at + 1, above, above, at + 1, above + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
  geometry.setAttribute('uv', new BufferAttribute(new Float32Array(uv), 2));
  geometry.setIndex(index);
  return geometry;
}
