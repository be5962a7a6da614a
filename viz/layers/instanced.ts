/** Materials and shapes that the additive layers have in common. */
import {
  AdditiveBlending,
  BufferAttribute,
  GLSL3,
  type InstancedBufferGeometry,
  type IUniform,
  ShaderMaterial,
} from 'three';

/** Light that adds up: no depth is written, but the globe hides what is behind it. */
export function lightMaterial(
  vertexShader: string,
  fragmentShader: string,
  uniforms: Record<string, IUniform>,
): ShaderMaterial {
  return new ShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    uniforms,
    blending: AdditiveBlending,
    depthWrite: false,
    transparent: true,
  });
}

/** A square from -1 to 1. */
export function addSquare(geometry: InstancedBufferGeometry): void {
  geometry.setAttribute('position', new BufferAttribute(Float32Array.of(-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0), 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
}
