// Package bot is what we make of the news, and say. This page is the tour of
// the house; begin here.
//
// # The way of an item
//
// [attache/feeds.Poller] asks each feed when it is due, politely and within
// limits, and turns what the server says into items of plain text. It hands
// each reading to a Sink, and the Sink is [Bot.Take].
//
// Take decides, and does nothing else. It looks up which items are known,
// places the others in stories (package story: the same event, told by many),
// and asks the rule index (package rule) which subscriptions want them. The
// pure function makePlan turns all that into a [Plan]: items and stories to
// remember, cards to post, cards to change. An item is quoted on a card in a
// few of its own sentences (package summary), never in ours.
//
// [Store].Apply writes the plan in one transaction, with the feed's ETag. A
// crash before it repeats the poll; a crash after it has lost nothing. The
// window of recent stories in memory mirrors the store and is rebuilt from it.
//
// deliver says what is due: a lane for each channel, in order within it, at
// the pace the [Platform] allows, the intent on record before the words are
// spoken and their Ref after. A platform says whether a failure means later or
// never; the one loop in deliver.go tries again. Where nobody knows whether an
// attempt said it, the next one is told since when, and can look first.
//
// # The health of a feed
//
// A poll leaves what it found in the feed's State, and [attache/feeds.Check]
// makes a condition and a sentence of it for whoever asks. Once a minute
// tellHealth compares the conditions with what operators know, which is in the
// State too; what they do not know becomes a notice, stored together with that
// knowledge and delivered like an alert (watch.go).
//
// # The way of a command
//
// A platform hears a line, takes off its own prefix, and calls [Bot.Answer].
// Package command reads the line against the table in answer.go; the verb's
// handler reads or changes the store, and the [Message] goes back to whoever
// typed. `why` answers from the rows that Take and deliver left: whatever was
// not said has its reason on record.
//
// # Who owns what
//
// One goroutine takes at a time, and alone touches the window. The dispatcher
// in deliver owns the set of busy lanes; a lane is one goroutine, and the only
// one to say anything in its channel. Platforms run side by side and share
// nothing. The rule index and the store are safe for all.
//
// # The rooms
//
//	rule     the keyword language: Parse, String, Explain, and the index over many rules
//	story    which items are about one event
//	summary  an item in a few of its own sentences
//	command  the grammar of what people type
//	config   the TOML file, checked, its mistakes shown with line and caret
//	slack, matrix, web, console   the platforms; bottest holds each to the promises of Platform
//	server   HTTP that ends with a context, for the page and for Slack's calls
//	seal     encrypts what platforms keep
//	demo     two invented days of news, and the outlets that serve them
//	cli      the command line: a file a command, and the wiring of all rooms
//
// Arrows go one way: storage and the platforms look at bot; bot looks at the
// pure rooms and at feeds; nothing looks at cli. main_test.go holds them.
package bot
