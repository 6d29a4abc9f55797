// The buttons of the ribbon: each opens the pane at its view; Refresh starts at once.
/* global Office */

export function registerCommands(app) {
  const at = (view, then) => async (event) => {
    try {
      await Office.addin?.showAsTaskpane?.();
      await app.ready;
      app.open(view);
      await then?.();
    } finally {
      event.completed();
    }
  };
  Office.actions.associate("refresh", at("refresh", () => app.run(true)));
  Office.actions.associate("check", at("check", () => app.run(false)));
  Office.actions.associate("explain", at("explain"));
  Office.actions.associate("help", at("help"));
}
