/**
 * One colour a traffic class, index is its id. After Okabe and Ito's palette for colour-blind eyes, made lighter for a
 * dark ground; the order of lightness differs too, so that neighbours in hue are told apart without it.
 */
export const classColours: readonly string[] = [
  '#9fb0c6', // unused
  '#4db5ff', // TCP SYN: sky blue
  '#f5e663', // TCP SYN-ACK: yellow
  '#ff6a3a', // TCP RST: vermilion
  '#22d3a0', // other TCP: bluish green
  '#ee8ed0', // UDP: reddish purple
  '#ffb02e', // ICMP: orange
  '#9fb0c6', // other: grey
];
