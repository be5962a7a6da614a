/** What draws: asked once, before the renderer is made, since antialiasing cannot be changed afterwards. */

/** Name of the graphics driver, or null where there is no WebGL 2. */
export function graphicsDriver(): string | null {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return null;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const driver = names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return driver;
}
