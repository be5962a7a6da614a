/** A sentence in place of the picture, when there can be none or nothing has come yet. */
import type { PageState } from '../state.ts';
import type { Text } from '../text/text.ts';
import { element, type PanelMaker, setShown, setText } from './panel.ts';

export const notice: PanelMaker = ({ text }) => {
  const root = element('p', 'notice');
  root.setAttribute('role', 'status');
  return {
    element: root,
    update(state) {
      const sentence = sentenceOf(state, text);
      setShown(root, sentence !== '');
      setText(root, sentence);
    },
  };
};

function sentenceOf({ picture, connection, totals }: PageState, text: Text): string {
  if (picture === 'missing') return text.noGraphics;
  if (picture === 'lost') return text.graphicsLost;
  if (totals?.storageFull) return text.storageFull;
  // After the end of a capture without packets none will come.
  if (totals !== null && (totals.clock.newestSeconds !== null || totals.clock.finished)) return '';
  if (connection === 'connected') return text.waiting;
  // Without a server there is still something to be done here.
  return connection === 'lost' ? `${text.lost}. ${text.sessionsDrop}` : text[connection];
}
