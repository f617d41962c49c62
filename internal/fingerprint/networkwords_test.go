package fingerprint

import "testing"

// WebKit words a failed and a cancelled request in the user's language.
func TestOfTranslatedNetworkErrors(t *testing.T) {
	lost, cancelled := Of("TypeError", "Load failed", ""), Of("TypeError", "cancelled", "")
	if lost == cancelled {
		t.Fatal("a lost and a cancelled request are one group, want two")
	}
	for want, messages := range map[string][]string{
		lost: {
			"A conexão de rede foi perdida.", "Сетевое соединение потеряно.", "네트워크 연결이 유실되었습니다.", "La connessione è stata persa.",
			"De netwerkverbinding is verbroken.", "Połączenie sieciowe zostało przerwane.", "Nätverksanslutningen förlorades.", "Netværksforbindelsen gik tabt.",
			"Ağ bağlantısı kesildi.", "Đã mất kết nối mạng.", "تم فقدان اتصال الشبكة.", "החיבור לרשת אבד.", "A hálózati kapcsolat megszakadt.", "網路連線中斷。",
			"The network connection was lost.", "Die Netzwerkverbindung wurde unterbrochen.", "ネットワーク接続が切れました。", "网络连接已中断。",
			"Вероятно, соединение с интернетом прервано.", "İnternet bağlantısı çevrimdışı gibi görünüyor.", "La connexió de xarxa s’ha perdut.",
			"A server with the specified hostname could not be found.", "The operation couldn’t be completed. Software caused connection abort",
			"특정 호스트 이름을 가진\n서버를 찾을 수 없습니다.", "请求超时。",
		},
		cancelled: {
			"annulé", "Abgebrochen", "cancelado", "annullato", "geannuleerd", "anulowane", "avbruten", "avbrutt", "отменено", "скасовано",
			"キャンセルしました", "취소됨", "已取消", "đã hủy", "đã huỷ", "ถูกยกเลิก", "anulat", "ملغى", "vazgeçildi", "Cancelled",
		},
	} {
		for _, m := range messages {
			if got := Of("TypeError", m, ""); got != want {
				t.Errorf("%q is a group of its own", m)
			}
		}
	}
	for _, m := range []string{"no connection to the shop", "abgebrochen: cart", "cancelled by the user"} {
		if got := Of("TypeError", m, ""); got == lost || got == cancelled {
			t.Errorf("%q is in the group of the engine's own words", m)
		}
	}
	if Of("CartError", "cancelled", "") == cancelled {
		t.Error("the page's own CartError is in the engine's group")
	}
}

// Some SDKs add the host, which then tells groups apart.
func TestOfFailedFetchOfHosts(t *testing.T) {
	chrome := Of("TypeError", "Failed to fetch (api.shop.example)", "")
	if got := Of("TypeError", "NetworkError when attempting to fetch resource. (api.shop.example)", ""); got != chrome {
		t.Error("one host is two groups in two engines")
	}
	for _, other := range []string{"Failed to fetch", "Failed to fetch (cdn.shop.example)"} {
		if Of("TypeError", other, "") == chrome {
			t.Errorf("%q is in the group of another host", other)
		}
	}
}
