package config

import (
	"reflect"
	"testing"
)

// Each way of having Slack passes the checks; none is no mistake either.
func TestSlack(t *testing.T) {
	many := Default().Slack
	many.Listen, many.URL, many.ClientID = "127.0.0.1:8481", "https://alerts.example.org/bot", "123.456"
	many.SigningSecret, many.ClientSecret = NewSecret("s"), NewSecret("c")
	many.TokenKey = NewSecret("0123456789abcdef0123456789abcdef")
	many.Teams, many.Admins = []string{"T01ABC", "T02"}, []string{"U01DEF", "T01ABC/W01DEF"}
	socket := Default().Slack
	socket.BotToken, socket.AppToken = NewSecret("xoxb-1"), NewSecret("xapp-1")
	http := Default().Slack
	http.BotTokenFile, http.SigningSecretFile, http.Listen = "/run/bot", "/run/sign", ":8481"
	http.APIURL, http.Command, http.Unfurl = "http://127.0.0.1:14010/api/", "/alerts", true
	for text, want := range map[string]Slack{
		"":        Default().Slack,
		"[slack]": Default().Slack,
		"[slack]\nbot_token = 'xoxb-1'\napp_token = 'xapp-1'\nsigning_secret = ''": socket,
		"slack = { bot_token = 'xoxb-1', app_token = 'xapp-1', teams = [] }":       socket,
		`[slack]
bot_token_file = '/run/bot'
signing_secret_file = '/run/sign'
listen = ':8481'
api_url = 'http://127.0.0.1:14010/api/'
command = '/alerts'
unfurl = true`: http,
		`[slack]
listen = '127.0.0.1:8481'
url = 'https://alerts.example.org/bot'
signing_secret = 's'
client_id = '123.456'
client_secret = 'c'
token_key = '0123456789abcdef0123456789abcdef'
teams = [
  'T01ABC', # ours
  'T02',
]
admins = ['U01DEF', 'T01ABC/W01DEF']
[[subscription]]
channel = 'slack:T01ABC/C0123'
rule = 'iran'`: many,
	} {
		got := parsed(t, text).Slack
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", text, got, want)
		}
		if on := !reflect.DeepEqual(want, Default().Slack); got.On() != on {
			t.Errorf("%s\non: %v, want %v", text, got.On(), on)
		}
	}
}
