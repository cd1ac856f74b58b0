package slack

import "attache/bot/bottest"

// The messages of these tests.
var (
	at              = bottest.At
	flash           = bottest.Flash
	joined          = bottest.Joined
	arabic          = bottest.Arabic
	hostile         = bottest.Hostile
	ownCorrection   = bottest.OwnCorrection
	otherCorrection = bottest.OtherCorrection
	claimedAndMuted = bottest.ClaimedAndMuted
	several         = bottest.Several
	notice          = bottest.Notice
	helpNotice      = bottest.HelpNotice
	foundNotice     = bottest.FoundNotice
	mistakeNotice   = bottest.MistakeNotice
	longNotice      = bottest.LongNotice
)
