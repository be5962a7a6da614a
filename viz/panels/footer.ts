/** Whom the page owes thanks, and buttons for those without a keyboard. */
import { DEFAULT_SECONDS } from '../kiosk/turns.ts';
import { element, letGo, type PanelMaker, setText } from './panel.ts';

export const footer: PanelMaker = ({ text, actions }) => {
  const credits = element('p', 'credits');
  const buttons = element('nav', 'buttons');
  let record: HTMLButtonElement | null = null;
  for (const [label, key, act] of [
    [text.sessionsTitle, 'E', actions.toggleSessions],
    [text.rotate, 'A', actions.toggleRotation],
    [text.desk, 'D', actions.toggleDesk],
    [text.hide, 'H', actions.togglePanels],
    [text.takePicture, 'S', actions.takePicture],
    [text.record, 'V', actions.toggleRecording],
    [text.fullScreen, 'F', actions.toggleFullScreen],
    [text.kiosk, 'K', () => actions.setKiosk(DEFAULT_SECONDS)],
    [text.palette, 'B', actions.paletteNext],
    [text.timeZone, 'U', actions.toggleTimeZone],
    [text.table, 'T', actions.toggleTable],
    [text.language, 'L', actions.toggleLanguage],
    [text.signIn, 'I', actions.toggleSignIn],
    [text.help, '?', actions.toggleHelp],
  ] as const) {
    const button = element('button', 'key-button', label);
    button.type = 'button';
    button.setAttribute('aria-keyshortcuts', key);
    button.title = key;
    if (key === 'V') record = button;
    button.addEventListener('click', (event) => {
      act();
      letGo(event);
    });
    buttons.append(button);
  }
  let shown = '';
  return {
    element: element('footer', 'footer', credits, buttons),
    update({ totals, recording }) {
      if (record)
        setText(record, { off: text.record, running: text.recordEnd, missing: text.recordingMissing }[recording]);
      const words = [text.approximate, ...(totals?.credits ?? []), text.mapCredit].join(' · ');
      if (words === shown) return;
      shown = words;
      credits.replaceChildren(...withLinks(words));
    },
  };
};

/** Addresses of web pages become links: some of those who are thanked ask for it. */
function withLinks(words: string): (Node | string)[] {
  return words.split(/(https:\/\/[a-z0-9./-]*[a-z0-9])/).map((part, at) => {
    if (at % 2 === 0) return part;
    const link = element('a', '', part.replace('https://', ''));
    link.href = part;
    link.rel = 'noreferrer noopener';
    link.target = '_blank';
    return link;
  });
}
