/** Starts the draw page. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { listenForKeys } from "./keyboard";
import { introduce, startOutbox } from "./label-actions";
import { followLive } from "./live-actions";
import { loadMine } from "./mine-actions";
import { Page } from "./page";
import { readFragment } from "./privacy/place";
import { listenForPictures } from "./pad-actions";
import "../shared/tokens.css";
import "../shared/base.css";
import "./styles.css";
import { drawWords } from "./words";

const root = document.getElementById("page");
if (root !== null) {
  render(<Page />, root);
  effect(() => {
    document.title = drawWords.value.title;
  });
  readFragment();
  addEventListener("hashchange", readFragment);
  listenForKeys();
  listenForPictures();
  startOutbox();
  followLive();
  // the list is about whoever the cookie names, so the cookie comes first
  introduce().then(loadMine, loadMine);
}
