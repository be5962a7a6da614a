/** Where on the map a country lies: its largest part's middle, and how far around it addresses are spread. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoCentroid } from 'd3';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import { countryNumber } from './country.ts';
import type { CountryPlace } from './source-places.ts';

type Ring = number[][];
type Feature = { id?: string | number; geometry: { type: string; coordinates: Ring[] | Ring[][] } | null };

/** Countries whose middle is not where their people are; and places that the map has without an ISO number. */
const corrections: Record<string, CountryPlace> = {
  US: { latitude: 38.5, longitude: -92, radius: 13 },
  CA: { latitude: 50.5, longitude: -95, radius: 11 },
  RU: { latitude: 56, longitude: 48, radius: 11 },
  AU: { latitude: -31, longitude: 146, radius: 6 },
  BR: { latitude: -17, longitude: -47, radius: 8 },
  CN: { latitude: 32.5, longitude: 112, radius: 8 },
  NO: { latitude: 60.8, longitude: 9.5, radius: 1.8 },
  CL: { latitude: -33.5, longitude: -70.9, radius: 1.6 },
  FR: { latitude: 46.8, longitude: 2.6, radius: 3 },
  JP: { latitude: 35.9, longitude: 138.3, radius: 1.6 },
  XK: { latitude: 42.6, longitude: 20.9, radius: 0.3 },
  GI: { latitude: 36.14, longitude: -5.35, radius: 0.1 },
  TV: { latitude: -8.52, longitude: 179.2, radius: 0.2 },
  BQ: { latitude: 12.18, longitude: -68.26, radius: 0.2 },
  GF: { latitude: 4.5, longitude: -52.6, radius: 0.8 },
  GP: { latitude: 16.2, longitude: -61.5, radius: 0.2 },
  MQ: { latitude: 14.65, longitude: -61, radius: 0.2 },
  RE: { latitude: -21.1, longitude: 55.5, radius: 0.2 },
  YT: { latitude: -12.8, longitude: 45.15, radius: 0.1 },
};
const MAX_RADIUS_DEGREES = 6;

/** By the country's two letters as a number. */
export function loadCountryPlaces(): Map<number, CountryPlace> {
  const require = createRequire(import.meta.url);
  const topology = JSON.parse(readFileSync(require.resolve('world-atlas/countries-50m.json'), 'utf8'));
  const places = new Map<number, CountryPlace>();
  const { features } = feature(topology, topology.objects.countries) as unknown as { features: Feature[] };
  for (const { id, geometry } of features) {
    const code = id === undefined ? undefined : countries.numericToAlpha2(id);
    if (code !== undefined && geometry !== null) places.set(countryNumber(code), placeOf(geometry));
  }
  for (const [code, place] of Object.entries(corrections)) places.set(countryNumber(code), place);
  return places;
}

function placeOf(geometry: NonNullable<Feature['geometry']>): CountryPlace {
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as Ring[][];
  const parts = polygons.map((coordinates) => {
    const part = { type: 'Polygon' as const, coordinates: coordinates as [number, number][][] };
    return { part, area: geoArea(part) };
  });
  const largest = parts.reduce((best, candidate) => (candidate.area > best.area ? candidate : best));
  const [longitude, latitude] = geoCentroid(largest.part);
  // Half the radius of a disc of the same area: most of it lies inside, whatever the shape.
  const radius = Math.min(MAX_RADIUS_DEGREES, (Math.sqrt(largest.area / Math.PI) * 180) / Math.PI / 2);
  return { latitude, longitude, radius };
}
