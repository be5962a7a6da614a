/** What a streak looks like, packed into the 24 bits that a float carries exactly: class, weight, edge, angle. */
import { TrafficClass } from '../../shared/protocols.ts';

const CLASS_BITS = 8;
const WEIGHT_STEPS = 16;
export const ANGLE_STEPS = 65_535;

/** How heavy a flow is drawn: 0 for one packet, one more for each doubling, at most 15. */
export function packetWeight(packets: number): number {
  return Math.min(WEIGHT_STEPS - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, packets)))));
}

export function packStyle(trafficClass: number, weight: number, fromEdge: boolean, angle: number): number {
  const known = trafficClass > 0 && trafficClass < CLASS_BITS ? trafficClass : TrafficClass.other;
  const steps = Math.round((Math.min(Math.PI, Math.max(0, angle)) / Math.PI) * ANGLE_STEPS);
  return known + CLASS_BITS * weight + 128 * (fromEdge ? 1 : 0) + 256 * steps;
}

/** The same as the shader reads it; for tests and tools. */
export function unpackStyle(style: number): { trafficClass: number; weight: number; fromEdge: boolean; angle: number } {
  return {
    trafficClass: style & 7,
    weight: (style >> 3) & 15,
    fromEdge: ((style >> 7) & 1) === 1,
    angle: ((style >> 8) / ANGLE_STEPS) * Math.PI,
  };
}
