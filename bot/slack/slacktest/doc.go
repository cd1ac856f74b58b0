// Package slacktest is the test room of Slack: two Slacks that other people
// wrote, run on loopback, and a proxy of ours that stands before them and does
// what they do not: Slack's limits, its pace, and everything that goes wrong.
//
//	local := slacktest.Local(t, "")               // or the URL that EventsApp is called at
//	proxy := slacktest.NewProxy(t, local.URL)
//	api := slack.New(slacktest.SocketApp.BotToken, slack.OptionAPIURL(proxy.API()))
//
// # The peers
//
// Local runs local-slack (github.com/parvalabs/local-slack): messages, slash
// commands, events, buttons, App Home, dialogs, Socket Mode, signed HTTP. It
// holds the workspace Team with the users Alice, Bob and Carol, the channels
// General, Desk, Private and Other, and the apps SocketApp and EventsApp. Both
// apps are members of every channel but Other.
//
// People act through it:
//
//	local.Command(Desk, Alice, "/attache", "list") // the text of an ack, if any, lands in Messages
//	local.Say(Desk, Bob, "<@U0BOT> list", "")      // or in a thread; returns the ts
//	local.Say(local.DM(Alice), Alice, "help", "")
//	local.OpenHome(Alice)
//	local.Press(Desk, ts, Alice, actionID, blockID, value) // "" for block and value: whichever the button has
//	local.PressHome(Alice, actionID, blockID, value)
//	local.Action(Desk, ts, Alice, action)          // any other element: overflow, select, checkboxes
//	local.HomeAction(Alice, action)
//	local.Submit(Alice, values)                    // the dialog on top; values by block and action
//	local.CloseModal(Alice)
//	local.As(slacktest.EventsApp)                  // the same Slack, people turning to that app
//
// and what they see is read with Messages, Home, Modal, ViewErrors and Log (in
// which are also the questions that the proxy has for the peer).
//
// Emulate runs emulate (github.com/vercel-labs/emulate): scopes that are
// missing, OAuth installation (Install is what an admin does in the browser),
// message metadata. It has neither sockets nor people.
//
// Both need Node's packages: .ci/run, or npm ci --ignore-scripts in .ci/slack.
// Where they are missing the test is skipped, or fails with ATTACHE_TEST_FULL=1.
// So it is with Check, which holds JSON files to Slack's official types.
//
// # The proxy
//
// A method is Slack's name for it, "chat.postMessage"; "*" is any; what goes to
// a response_url that came over a socket is the method "response_url".
//
//	proxy.URL, proxy.API()           its address; the same as slack.OptionAPIURL wants it
//	proxy.Fail(method, n, fault)     the next n calls (after those told before) fail so; n < 0: all of them
//	    Pass()                       not at all
//	    Status(code, after, body)    an HTTP status, with Retry-After if after > 0; Slack has not heard the call
//	    Refuse("invalid_auth")       {"ok":false,"error":…}; Slack has not heard it
//	    Answer(json)                 this; Slack has not heard it
//	    CutBefore()                  the connection closes; Slack has not heard it
//	    Cut(n)                       Slack heard it; the connection closes after n bytes of its answer
//	    Slow(d)                      Slack heard it; the answer comes after d
//	    Choose(func(Request) Fault)  whatever the request asks for
//	proxy.Heal()                     forget the faults to come
//	proxy.AnswerLength(method)       the bytes of the latest answer: how far Cut can count
//	proxy.Override(method, func)     change what Slack answers
//	proxy.Scopes("chat:write", …)    the header X-OAuth-Scopes of every answer
//	proxy.Pace(second)               one message a second and channel, else 429; how long a second lasts; 0: off
//	proxy.Calls(method)              how many calls came
//	proxy.Forms(method)              what they said, in order
//	proxy.Posted()                   every message that Slack took by chat.postMessage, in order
//	proxy.Updated()                  every change it took by chat.update
//	proxy.Whispered()                every message it took by chat.postEphemeral
//	proxy.Issued()                   the tokens that OAuth gave out
//	proxy.Sockets()                  how many Socket Mode connections are open
//	proxy.CutSockets()               close them all, in mid-air
//	proxy.SendSockets(message)       say this in each of them: an envelope again, {"type":"disconnect",…}
//	proxy.RefuseSockets(reason, n)   say disconnect to the next n, and close them
//	proxy.Envelopes()                what Slack said in them, and when it was acknowledged
//	slacktest.Tokens()               every secret in use, for a test that greps the log
//	slacktest.Eventually(t, what, f) wait until f
//
// It refuses what Slack refuses and the peers do not:
//
//   - messages and views beyond the limits of Block Kit, each length counted in
//     UTF-16 units; two equal block_ids, or action_ids in one block; all blocks
//     together (12,000 characters, of which each block takes 15); metadata
//     without type and payload (limits.go, limits_blocks.go)
//   - channels that are not there or that the app is not in, threads that are
//     not there, no token, a token of the other kind
//   - the sixth use of a response_url; a trigger_id that is used again, or after
//     three seconds
//
// It keeps the metadata that a peer drops and leaves it out where nobody asked
// for it; history and replies obey oldest, latest, inclusive, limit and cursor,
// and have no whispers in them; is_member is true. An envelope goes to one
// socket, sockets are pinged (slack-go needs no OptionPingInterval), and a press
// in the Home tab has its view.
//
// What none of them does: a reply with reply_broadcast is not in the channel's
// history (Posted tells); block actions have no state of inputs; nobody can use
// a message shortcut (send its envelope with SendSockets); chat:write.public
// makes no difference; any bot token is SocketApp's to local-slack but
// EventsApp's own; views have no hash_conflict. Nothing of the proxy's stands
// between Slack and an app in HTTP mode.
package slacktest
