/** Starts the draw page. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { listenForKeys } from "./keyboard";
import { introduce, startOutbox } from "./label-actions";
import { followLive } from "./live-actions";
import { loadMine } from "./mine-actions";
import { listenForPictures } from "./pad-actions";
import { Page } from "./page";
import { readFragment } from "./privacy/place";
import { drawWords } from "./words";
import "../shared/base.css";
import "../shared/tokens.css";
import "./styles.css";

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
  // the list belongs to the cookie's contributor, so get the cookie first
  introduce().then(loadMine, loadMine);
}
