/**
 * How streaks fly in a view, in GLSL: four functions whose names begin with the view's. They read the streak by the
 * functions of shaders/streak.ts (`sourceDegrees()`, `targetPort()` …) and may use all that a Way holds as they like.
 *
 *   Way NAMEWay()                    worked out once for a vertex
 *   vec3 NAMEAt(Way way, float t)    the place at share t of the way
 *   vec3 NAMENormal(vec3 place)      out of the surface at the way's ends, for ripples
 *   bool NAMEShows()                 whether the view shows this streak at all
 */
export interface StreakPath {
  readonly name: string;
  /** Uniforms of the view's own, declared in `glsl` as well. */
  readonly uniforms: Readonly<Record<string, { value: unknown }>>;
  readonly glsl: string;
}
