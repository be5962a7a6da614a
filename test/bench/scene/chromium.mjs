/** Debian's Chromium, drawing in software: the same for all benches that look at a page of a running Kurayami. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export async function launchChromium() {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
  ];
  return await chromium.launch({ executablePath, args });
}
