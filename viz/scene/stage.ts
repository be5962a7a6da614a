/** The renderer, its canvas and camera: it draws when asked to, and knows where in the window the globe belongs. */
import { type Object3D, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from 'three';
import type { Extent } from '../views/view.ts';
import type { Pose } from './orbit.ts';
import type { Quality } from './quality.ts';
import { unitVector } from './sphere.ts';

/** The part of the window that panels leave free, in CSS pixels. */
export interface FreeArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

const FIELD_OF_VIEW_DEGREES = 30;
const NEAREST = 1.5;
/** Share of the free area that the fitted radius may fill. */
const FILL = 0.97;

export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEGREES, 1, 0.05, 100);
  readonly renderer: WebGLRenderer;
  readonly right = new Vector3();
  readonly up = new Vector3();
  /** Of the canvas in CSS pixels, after `resize`: asking the canvas itself would make the browser lay out at every picture. */
  size: { readonly width: number; readonly height: number } = { width: 1, height: 1 };
  #free: FreeArea = { left: 0, top: 0, width: 1, height: 1 };

  constructor(canvas: HTMLCanvasElement, antialias: boolean) {
    this.canvas = canvas;
    this.renderer = new WebGLRenderer({ canvas, antialias, powerPreference: 'high-performance' });
    this.renderer.setClearColor(0x02040a, 1);
  }

  /** Where the globe stands. */
  get freeArea(): FreeArea {
    return this.#free;
  }

  /** Size in pixels of the screen, after `resize`. */
  get pixels(): { width: number; height: number } {
    const { width, height } = this.canvas;
    return { width, height };
  }

  get drawCalls(): number {
    return this.renderer.info.render.calls;
  }

  /** Where names may stand. */
  get labelSpace(): { width: number; height: number; right: number } {
    return { ...this.size, right: this.#free.left + this.#free.width };
  }

  resize(quality: Quality, free: FreeArea): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.#setSize(width, height, Math.min(quality.maxPixelRatio, window.devicePixelRatio));
    this.camera.aspect = width / height;
    const x = width / 2 - (free.left + free.width / 2);
    const y = height / 2 - (free.top + free.height / 2);
    this.camera.setViewOffset(width, height, x, y, width, height);
    this.#free = free;
  }

  /** A drawing buffer is made anew by this, even one of the same size. */
  #setSize(width: number, height: number, pixelRatio: number): void {
    const isSame = width === this.size.width && height === this.size.height;
    if (isSame && pixelRatio === this.renderer.getPixelRatio()) return;
    this.size = { width, height };
    this.renderer.setPixelRatio(pixelRatio);
    this.renderer.setSize(width, height, false);
  }

  /** Puts the eye at `pose`, so far away that `extent` fits into the free area at zoom 1. */
  look({ latitude, longitude, zoom }: Pose, extent: Extent): void {
    const { height } = this.size;
    const tangent = Math.tan((FIELD_OF_VIEW_DEGREES * Math.PI) / 360);
    const high = extent.height / Math.max(0.05, (FILL * this.#free.height) / height);
    const wide = extent.width / Math.max(0.05, (FILL * this.#free.width) / height);
    const distance = Math.max(NEAREST, Math.max(high, wide) / tangent / zoom);
    const [x, y, z] = unitVector(latitude, longitude);
    this.camera.position.set(x * distance, y * distance, z * distance);
    this.camera.lookAt(0, 0, 0);
    this.camera.updateMatrixWorld();
    this.right.setFromMatrixColumn(this.camera.matrixWorld, 0);
    this.up.setFromMatrixColumn(this.camera.matrixWorld, 1);
  }

  /** Has the card made ready for an object that is not drawn yet, beside what is. */
  prepare(object: Object3D): void {
    // It would throw there, and is made ready for a new card later.
    if (this.renderer.getContext().isContextLost()) return;
    void this.renderer.compileAsync(object, this.camera, this.scene);
  }

  render(): void {
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.renderer.dispose();
  }
}
