/** What runs in a page before anything of its own. Each function stands alone: its text is sent to the browser. */

export interface FrameTime {
  /** Of performance.now, when the frame began. */
  readonly at: number;
  /** Of all requestAnimationFrame callbacks of that frame. */
  milliseconds: number;
}

declare global {
  interface Window {
    benchFrames: FrameTime[];
  }
}

/**
 * Software rendering would take the very cores that are measured: nothing is drawn, all else is done. Nor is the picture
 * cleared: without a graphics card the browser would read each of its pixels back, on the main thread.
 */
export function stubDraws(): void {
  const { prototype } = WebGL2RenderingContext;
  const nothing = () => undefined;
  prototype.drawArrays = prototype.drawArraysInstanced = nothing;
  prototype.drawElements = prototype.drawElementsInstanced = prototype.drawRangeElements = nothing;
  prototype.clear = prototype.clearBufferfv = prototype.clearBufferfi = nothing;
}

/** Times every callback that anyone asks for, libraries too. */
export function timeFrames(): void {
  const request = window.requestAnimationFrame.bind(window);
  window.benchFrames = [];
  window.requestAnimationFrame = (callback) =>
    request((at) => {
      const started = performance.now();
      callback(at);
      const milliseconds = performance.now() - started;
      const last = window.benchFrames.at(-1);
      if (last?.at === at) last.milliseconds += milliseconds;
      else window.benchFrames.push({ at, milliseconds });
    });
}
