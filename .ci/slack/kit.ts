// What of Slack's official types our golden files are checked against: one
// exported type for each word that check.mjs takes.
import type { KnownBlock, MessageMetadata, HomeView, ModalView } from "@slack/types";
import type { Manifest } from "@slack/web-api/dist/types/request/manifest.js";

// A View's blocks may be of any type at all, a manifest may have any key: both
// are narrowed to what Slack knows.
type Known<View> = Omit<View, "blocks"> & { blocks: KnownBlock[] };

export interface Message {
	text: string;
	blocks?: KnownBlock[];
	metadata?: MessageMetadata;
	thread_ts?: string;
	reply_broadcast?: boolean;
	unfurl_links?: boolean;
	unfurl_media?: boolean;
	response_type?: "in_channel" | "ephemeral";
	replace_original?: boolean;
	delete_original?: boolean;
}

export type Home = Known<HomeView>;

export type Modal = Known<ModalView>;

export interface AppManifest {
	_metadata?: Manifest["_metadata"];
	display_information: Manifest["display_information"];
	features?: Manifest["features"];
	oauth_config?: Manifest["oauth_config"];
	settings?: Manifest["settings"];
	functions?: Manifest["functions"];
}
