// Package matrixtest is the test room of Matrix: a homeserver that other people
// wrote (Dendrite), run on loopback; a proxy of ours that stands before it and
// does what it does not: Synapse's pace, and everything that goes wrong; and
// people, who are real clients with keys of their own.
//
//	server := matrixtest.Shared(t)                // or Start(t), to have it alone
//	proxy := matrixtest.NewProxy(t, server.URL)
//	bot := server.Account(t, "attache")           // User, Password; log in through proxy.URL
//	alice := server.Person(t, "alice")
//	desk := alice.Room(true, bot.User)            // encrypted
//	alice.WaitJoined(desk, bot.User)
//	alice.Say(desk, "!attache list")
//	seen := alice.Wait(desk, "an answer", func(s []matrixtest.Seen) bool { return len(s) == 2 })
//
// # The homeserver
//
//	Start(t, options…)               a Dendrite of the test's own; it ends with the test
//	    Limits(threshold, cooloff)   option: answer 429 to a device's more than threshold calls within cooloff; which
//	                                 calls Dendrite counts, see there (not send); people are exempt
//	Shared(t)                        one Dendrite for all tests of the test binary; it ends with that
//	server.URL, server.Name          http://127.0.0.1:1234; "localhost"
//	server.Account(t, name)          a new account: name with a number, a random password, no device yet
//	server.LoginToken(t, account)    what a browser brings back from SSO: good for one m.login.token, two minutes
//	server.Stored(t, room)           the events of a room from the server's database, in order: the outer form,
//	                                 still encrypted
//	server.Stop()                    end it politely, and
//	server.Kill()                    end it with SIGKILL: nobody listens then
//	server.Restart()                 start it again on the same files and the same port (after a Stop, if it runs)
//	server.Deaths()                  how often it died by itself and was started again
//	server.Output()                  what it printed
//
// Stop, Kill and Restart are for servers that Start started: Shared is
// everybody's. What it stores survives them (its queues are on disk too), but
// it forgets the transaction ids it has seen, and its rate limits.
//
// Its binaries are in .ci/dendrite/bin; where they are missing the test is
// skipped, or fails with ATTACHE_TEST_FULL=1.
//
// # The proxy
//
// A call has a name; what has an event type has a second one with that type,
// which goes first, and any call is "*":
//
//	send, send:m.room.encrypted      PUT  rooms/…/send/TYPE/TXN
//	redact                           PUT  rooms/…/redact/EVENT/TXN
//	state, state:m.room.encryption   GET  rooms/…/state/TYPE/KEY; all state is just "state"
//	setState, setState:m.room.topic  PUT  rooms/…/state/TYPE/KEY
//	messages, event, context, relations, members, joined_members, invite, join, leave, kick, ban, unban, upgrade,
//	typing, receipt, read_markers    …    rooms/ROOM/(that), and join/ROOM
//	sync, createRoom, versions, capabilities, joined_rooms, profile, directory, devices, pushrules, logout, …
//	                                 …    the first word of the path
//	login, loginFlows                POST login, GET login
//	whoami                           GET  account/whoami
//	keys/upload, keys/query, keys/claim, keys/device_signing/upload, keys/signatures/upload, keys/changes
//	sendToDevice, sendToDevice:m.room.encrypted
//	filter, account_data, account_data:m.direct
//	                                 …    user/…/(that)
//	room_keys, media, well-known     …    everything below
//
// and this can be done with it:
//
//	proxy.URL                        its address
//	proxy.Fail(name, n, fault)       the next n calls (after those told before) fail so; n < 0: all of them
//	    Pass()                       not at all
//	    Status(code, body)           an HTTP status; the homeserver has not heard the call
//	    Limit(d)                     429 M_LIMIT_EXCEEDED with retry_after_ms in the body only, as Dendrite says it
//	    LimitHeader(d)               the same with the header Retry-After only, in whole seconds
//	    Refuse(code, status)         {"errcode":code,"error":…}; the homeserver has not heard it
//	    SoftLogout()                 401 M_UNKNOWN_TOKEN, soft_logout
//	    Answer(json)                 200 and this; the homeserver has not heard it
//	    CutBefore()                  the connection closes; the homeserver has not heard it
//	    Hang()                       silence until the caller goes; the homeserver has not heard it
//	    Cut(n)                       the homeserver worked it, even if the caller has gone; the connection closes
//	                                 after n bytes of the answer
//	    Slow(d)                      the homeserver worked it; the answer comes after d
//	    Choose(func(Request) Fault)  whatever the request asks for
//	proxy.Heal()                     forget the faults to come
//	proxy.Pace(perSecond, burst)     Synapse's rc_message: an account may send, redact and set state so often, else
//	                                 429 (retry_after_ms and Retry-After); 0, 0: as often as it likes, as at first
//	proxy.Down(true)                 close all connections and refuse new ones; Down(false) ends that
//	proxy.AnswerLength(name)         the bytes of the latest answer: how far Cut can count
//	proxy.Calls(name)                how many calls came, whatever became of them
//	proxy.Requests(name)             what they said, in order
//	proxy.Sent()                     every event that the homeserver took by send, in order; each event once, however
//	                                 often it was sent (Sent.Repeats)
//	proxy.Tokens()                   every secret that came by: access tokens, passwords, login tokens; for a test that
//	                                 greps the log
//
// A homeserver that goes while it works a call shows through the proxy as a
// connection that closes without an answer, and one that is gone as 502, as from
// any other proxy. Answers are read whole before they are sent on; a sync
// lasts as long as it does without the proxy.
//
// # People
//
// A Person has an account, a device, cross-signing keys that sign it, and syncs
// until the test ends. She sends keys only to devices that their owner has
// signed, as Element does. It takes the build tag goolm; without it the test is
// skipped, or fails with ATTACHE_TEST_FULL=1. What she does ends the test if it
// fails, so she does it in the test's own goroutine.
//
//	server.Person(t, name, manners…)               a new account, and a client in it
//	server.Device(t, account, manners…)            a client in an account that is there
//	    Trusting()                                 sends keys to all devices
//	    Unsigned()                                 has no cross-signing keys: others see a red shield
//	alice.User, alice.Password                     her account
//	alice.Client                                   mautrix's client, for what is missing here
//	alice.Room(encrypted, invite…)                 a private room
//	alice.Create(&mautrix.ReqCreateRoom{…})        any room; Encryption() goes into its InitialState
//	alice.Direct(user)                             an encrypted room of the two, is_direct
//	alice.Join(room), alice.Leave(room)
//	alice.Invite, Kick, Ban, Unban(room, user)
//	alice.SetPower(room, user, level)
//	alice.SetState(room, type, key, content)
//	alice.Upgrade(room, version)                   the new room; its members are not in it until they are invited
//	alice.Say(room, text), Notice(room, text)      m.text, m.notice
//	alice.SayContent(room, *event.MessageEventContent)
//	alice.Send(room, type, content)                any event
//	alice.Edit(room, event, text)
//	alice.ReplyInThread(room, root, text)
//	alice.Reply(room, event, text)
//	alice.React(room, event, key)
//	alice.Redact(room, event)
//	alice.SkipKeys(room, n)                        her next message pretends to n before it
//	alice.Sees(room)                               what came by now, in order: []Seen
//	alice.Wait(room, what, func([]Seen) bool)      the same as soon as it is so; 30 seconds at most
//	alice.State(room, type)                        the state events of that type, by key
//	alice.WaitJoined(room, user)                   until she sees that user in the room, and so encrypts for them
//	alice.Invitations()                            who invites her where
//	alice.Knows(user)                              the devices of that user and how she trusts them
//	matrixtest.Eventually(t, what, func() bool)    wait until that
//
// What arrived encrypted is decrypted as soon as its key is here, however late
// that is; nobody asks for keys, as Element does not. Seen.Now is what a client
// shows: the latest valid edit of a message. Seen.Shielded tells of the red
// shield.
//
// # What none of them does
//
// Dendrite has no SSO, no login/get_token, no OAuth, and no limit on send. Two
// sends under one transaction id make two events if the second comes while the
// first is at work, which Synapse would not do. An event beyond 64 KiB is
// M_BAD_JSON to it, not M_TOO_LARGE. A redaction leaves nothing of the content
// in Stored. A person who has kept a key from a device for want of a signature
// does not send it later, when the device is signed: the next session does.
package matrixtest
