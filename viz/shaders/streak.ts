/** What every streak shader shares: reading a streak, where on its way it is at time `now`, and its colour. */
import { HINT_TAGS } from '../scene/first-tag.ts';
import type { StreakPath } from './streak-path.ts';

/** The words of scene/streak-words.ts, by name. */
const reading = /* glsl */ `
uniform highp usampler2D streakWords;
/** Slots from 0 that may be alive. */
uniform int streaksUsed;

int slot;
uvec4 streakA;
uvec4 streakB;

/** To be called first. False where there is no streak. */
bool readStreak() {
  slot = gl_InstanceID * STREAKS_AN_INSTANCE + gl_VertexID / VERTICES_A_STREAK;
  ivec2 at = ivec2((slot % STREAKS_IN_A_ROW) * STREAK_TEXELS, slot / STREAKS_IN_A_ROW);
  streakA = texelFetch(streakWords, at, 0);
  streakB = texelFetch(streakWords, at + ivec2(1, 0), 0);
  return slot < streaksUsed;
}

const float PI = 3.14159265;
/** DEGREE_STEPS of the wire: 180 degrees are 32,767. */
const float RADIANS_A_STEP = PI / 32767.0;

struct Way { vec3 from; vec3 axis; vec3 to; float angle; float height; };

float launched() { return uintBitsToFloat(streakA.x); }
/** Latitude and longitude. */
vec2 sourceRadians() { return vec2(float(int(streakA.y) >> 16), float((int(streakA.y) << 16) >> 16)) * RADIANS_A_STEP; }
/** 0 to 1 over the address space. */
float sourceAddress() { return float(streakA.z >> 8) / 16777216.0; }
uint sourcePort() { return streakA.w >> 16; }
uint targetPort() { return streakA.w & 0xffffu; }
uint targetSlot() { return streakB.x >> 16; }
/** 0 where it is not known. */
uint targetAddress() { return streakB.w; }
uint country() { return streakB.x & 0xffffu; }
uint tags() { return streakB.y >> 8; }
int sensorIndex() { return int(streakB.y & 0xffu); }
int trafficClass() { return int(streakB.z & 7u); }
uint radiation() { return (streakB.z >> 17) & 15u; }
float weight() { return float((streakB.z >> 3) & 15u); }
bool hasUnknownPlace() { return (streakB.z & 128u) != 0u; }
bool isIpv6() { return (streakB.z & 256u) != 0u; }
/** In [0, 1), the same for every streak of a source. */
float sourceChance() {
  uint h = streakA.z;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return float((h ^ (h >> 16)) >> 8) / 16777216.0;
}
`;

const flying = /* glsl */ `
uniform float now;
uniform float flightSeconds;
uniform float brightness;
uniform float still;
uniform int categoryMask;
uniform int colourBy;
uniform sampler2D categoryOf;
uniform vec3 palette[8];
uniform vec2 viewport;
uniform float pixelScale;
uniform int hovered;
uniform int isPinned;
uniform uint pinnedSource;

/** Length of a trail, as a share of the way. */
const float TRAIL = 0.3;
/** After this much of a flight nothing of it is seen. */
const float LIFE = 1.35;
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);

float progressOf() { return (now - launched()) / flightSeconds; }

/** One of eight: by traffic class, or by what the table says of the target port, the country, the first tag or the class of radiation. */
int category() {
  if (colourBy == 0) return trafficClass();
  uint key = targetPort();
  if (colourBy == 2) key = country();
  if (colourBy == 4) key = radiation();
  if (colourBy == 3) {
    uint tools = tags() & ~${HINT_TAGS}u;
    uint bits = tools == 0u ? tags() : tools;
    // The lowest bit that is set, without a loop.
    key = bits == 0u ? 0u : uint(log2(float(bits & (~bits + 1u))) + 0.5);
  }
  return int(texelFetch(categoryOf, ivec2(int(key & 255u), int(key >> 8)), 0).r * 255.0 + 0.5);
}

bool isHidden(float progress, int kind) {
  return progress < 0.0 || progress > LIFE || ((categoryMask >> kind) & 1) == 0
    || !shows(nearView());
}

/** A pinned source stands out, and so does what the pointer is on. */
float emphasis() {
  if (slot == hovered) return 1.8;
  if (isPinned == 0) return 1.0;
  return streakA.z == pinnedSource ? 1.7 : 0.22;
}

vec3 surfaceNormal(vec3 place) { return normalOf(nearView(), place); }
/** Landed streaks dim, so that the place stays readable. */
float landingFade(float t) { return 1.0 - 0.86 * smoothstep(0.70, 1.0, t); }
/**
 * A short way lays its light on few pixels, and many of them burn out to white: it gives less. \`ahead\` is a hundredth of the
 * way further.
 */
float shortWayFade(vec4 here, vec4 ahead) {
  float pixels = 50.0 * length((ahead.xy / ahead.w - here.xy / here.w) * viewport);
  return mix(0.2, 1.0, smoothstep(0.0, 200.0 * pixelScale, pixels));
}
`;

/** From one view to another: both ways, and the place between them. */
const morphing = /* glsl */ `
uniform int viewFrom;
uniform int viewTo;
uniform float morph;

int nearView() { return morph < 0.5 ? viewFrom : viewTo; }
/** Ways in the view that is left and in the one that is entered. */
struct Flight { Way here; Way there; };
Flight flightOf() {
  Way here = wayOf(viewFrom);
  if (morph <= 0.0) return Flight(here, here);
  return Flight(here, wayOf(viewTo));
}
vec3 streakPoint(Flight flight, float t) {
  vec3 place = placeOf(viewFrom, flight.here, t);
  return morph <= 0.0 ? place : mix(place, placeOf(viewTo, flight.there, t), morph);
}
`;

/** In one view: nothing is chosen at a vertex, which in software means that nothing else is worked out. */
const resting = /* glsl */ `
int nearView() { return 0; }
struct Flight { Way here; };
Flight flightOf() { return Flight(wayOf(0)); }
vec3 streakPoint(Flight flight, float t) { return placeOf(0, flight.here, t); }
`;

/** Picks a view's function by the number of the view. */
function choose(paths: readonly StreakPath[], head: string, call: (name: string) => string): string {
  const last = paths.length - 1;
  const lines = paths.map(({ name }, view) => `${view < last ? `if (view == ${view}) ` : ''}return ${call(name)};`);
  return `${head} { ${lines.join(' ')} }`;
}

/** The part that stands before `main` in each streak shader. Views are numbered in the order of `paths`; one alone is at rest. */
export function streakGlsl(paths: readonly StreakPath[]): string {
  return [
    reading,
    ...paths.map(({ glsl }) => glsl),
    choose(paths, 'Way wayOf(int view)', (name) => `${name}Way()`),
    choose(paths, 'vec3 placeOf(int view, Way way, float t)', (name) => `${name}At(way, t)`),
    choose(paths, 'vec3 normalOf(int view, vec3 place)', (name) => `${name}Normal(place)`),
    choose(paths, 'bool shows(int view)', (name) => `${name}Shows()`),
    paths.length === 1 ? resting : morphing,
    flying,
  ].join('\n');
}
