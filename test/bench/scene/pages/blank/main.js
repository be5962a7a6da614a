/** The floor: a canvas that is cleared at every frame. What this costs, no picture can do without. */
const gl = document.getElementById('picture').getContext('webgl2', { antialias: true, alpha: false });

requestAnimationFrame(frame);

function frame() {
  requestAnimationFrame(frame);
  gl.clear(gl.COLOR_BUFFER_BIT);
  document.body.dataset.inFlight = '0';
}
