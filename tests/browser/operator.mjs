// Somebody at the console.

/** A page of the console, signed in as its owner. `elsewhere` is what it asked of anybody but this server. */
export async function signIn(visit, options = {}) {
  const page = await visit.open(options);
  const elsewhere = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(visit.world.server)) elsewhere.push(request.url());
  });
  await page.goto(`${visit.world.server}/console`);
  await page.getByLabel('Password').fill(visit.world.consolePassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Console' }).waitFor();
  return { page, elsewhere };
}

export const open = (page, visit, path) => page.goto(`${visit.world.server}/console/dev/${path}`);
