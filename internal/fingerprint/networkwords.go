package fingerprint

import "strings"

// WebKit takes the messages of failed and cancelled requests from the operating
// system, in the user's language. Other engines have one message for all of
// them, so that one group holds them all.

// cancelledWords are "cancelled" (NSURLErrorCancelled) in Apple's languages.
var cancelledWords = []string{
	"cancelled", "canceled",
	"abgebrochen",      // de
	"annulé",           // fr
	"cancelado",        // es, pt
	"cancel·lat",       // ca
	"annullato",        // it
	"geannuleerd",      // nl
	"anulowane",        // pl
	"anulowano",        // pl
	"avbruten",         // sv
	"avbrutt",          // nb
	"avbrudt",          // da
	"annulleret",       // da
	"peruutettu",       // fi
	"kumottu",          // fi
	"zrušeno",          // cs
	"zrušené",          // sk
	"megszakítva",      // hu
	"törölve",          // hu
	"anulat",           // ro
	"otkazano",         // hr
	"ακυρώθηκε",        // el
	"vazgeçildi",       // tr
	"iptal edildi",     // tr
	"отменено",         // ru
	"скасовано",        // uk
	"キャンセルしました",        // ja
	"キャンセルされました",       // ja
	"취소됨",              // ko
	"已取消",              // zh
	"ملغى",             // ar
	"تم الإلغاء",       // ar
	"בוטל",             // he
	"đã hủy", "đã huỷ", // vi
	"ถูกยกเลิก", "ยกเลิกแล้ว", // th
	"dibatalkan", // id, ms
}

// lostWords are what Apple calls a request that failed on the network: the
// connection was lost, is offline or was refused, the host is not known, or no
// answer came in time (NSURLErrorNetworkConnectionLost and its neighbours).
var lostWords = []string{
	// en
	"the network connection was lost",
	"the internet connection appears to be offline",
	"could not connect to the server",
	"a server with the specified hostname could not be found",
	"the request timed out",
	"cannot connect to the server",
	"the operation couldn't be completed. software caused connection abort",
	"an ssl error has occurred and a secure connection to the server cannot be made",
	"cannot parse response",
	// de
	"die netzwerkverbindung wurde unterbrochen",
	"es besteht anscheinend keine verbindung zum internet",
	"es konnte keine verbindung zum server hergestellt werden",
	"verbindung zum server konnte nicht hergestellt werden",
	"es wurde kein server mit dem angegebenen hostnamen gefunden",
	"zeitüberschreitung bei der anforderung",
	"der vorgang konnte nicht abgeschlossen werden. die software hat einen verbindungsabbruch verursacht",
	// fr
	"la connexion réseau a été perdue",
	"la connexion internet semble interrompue",
	"la connexion internet semble être hors ligne",
	"impossible de se connecter au serveur",
	"serveur introuvable avec ce nom d'hôte",
	"la requête a expiré",
	// es
	"se ha perdido la conexión de red",
	"la conexión de red se ha perdido",
	"la conexión de red se perdió",
	"se perdió la conexión de red",
	"la conexión a internet parece estar desactivada",
	"parece que la conexión a internet está desactivada",
	"parece que no hay conexión a internet",
	"no se ha podido conectar al servidor",
	"no se pudo conectar al servidor",
	"no se ha podido encontrar un servidor con el nombre de host especificado",
	"se ha agotado el tiempo de espera",
	"se agotó el tiempo de espera",
	// ca
	"la connexió de xarxa s'ha perdut",
	"temps esgotat per a la sol·licitud",
	// pt
	"a conexão de rede foi perdida",
	"a conexão à internet parece estar desativada",
	"a conexão à internet parece estar inativa",
	"não foi possível conectar ao servidor",
	"não foi possível encontrar um servidor com o nome de host especificado",
	"esgotou-se o tempo limite da solicitação",
	"a ligação de rede foi cortada",
	"perdeu-se a ligação de rede",
	"a ligação à internet parece estar desligada",
	"o pedido excedeu o limite de tempo",
	// it
	"la connessione è stata persa",
	"la connessione di rete è stata persa",
	"connessione di rete persa",
	"la connessione internet sembra essere offline",
	"sembra che la connessione internet non sia attiva",
	"impossibile connettersi al server",
	"impossibile trovare un server con il nome host specificato",
	"il tempo di attesa della richiesta è scaduto",
	"tempo di richiesta scaduto",
	// nl
	"de netwerkverbinding is verbroken",
	"de netwerkverbinding werd verbroken",
	"de internetverbinding lijkt offline te zijn",
	"de internetverbinding is offline",
	"kan geen verbinding met de server maken",
	"een server met de opgegeven hostnaam kon niet worden gevonden",
	"er is een time-out opgetreden voor het verzoek",
	// sv
	"nätverksanslutningen förlorades",
	"internetanslutningen verkar vara nedkopplad",
	"det gick inte att ansluta till servern",
	"begäran nådde en maxtidsgräns",
	// nb
	"mistet nettverksforbindelsen",
	"nettverksforbindelsen ble brutt",
	"internett-tilkoblingen ser ut til å være frakoblet",
	"kunne ikke koble til tjeneren",
	// da
	"netværksforbindelsen gik tabt",
	"netværksforbindelsen blev afbrudt",
	"internetforbindelsen ser ud til at være offline",
	"der kunne ikke oprettes forbindelse til serveren",
	// fi
	"verkkoyhteys katkesi",
	"internet-yhteys näyttää katkenneen",
	// pl
	"połączenie sieciowe zostało przerwane",
	"utracono połączenie z siecią",
	"utracono połączenie sieciowe",
	"połączenie z internetem jest w trybie offline",
	"wygląda na to, że nie ma połączenia z internetem",
	"nie można połączyć się z serwerem",
	"przekroczenie limitu czasu żądania",
	// cs, sk
	"síťové připojení bylo ztraceno",
	"spojení se sítí bylo přerušeno",
	"sieťové pripojenie sa prerušilo",
	// hu
	"a hálózati kapcsolat megszakadt",
	"a hálózati kapcsolat elveszett",
	"az internetkapcsolat offline állapotban van",
	// ro, hr, el
	"conexiunea de rețea a fost pierdută",
	"conexiunea la rețea a fost pierdută",
	"veza s mrežom je prekinuta",
	"η σύνδεση δικτύου χάθηκε",
	// tr
	"ağ bağlantısı kesildi",
	"ağ bağlantısı kayboldu",
	"internet bağlantısı çevrimdışı gibi görünüyor",
	"sunucuya bağlanılamadı",
	"istek zaman aşımına uğradı",
	// ru, uk
	"сетевое соединение потеряно",
	"сетевое подключение потеряно",
	"вероятно, соединение с интернетом прервано",
	"не удалось подключиться к серверу",
	"не удается найти сервер с указанным именем хоста",
	"превышен лимит времени на запрос",
	"з'єднання з мережею втрачено",
	"втрачено з'єднання з мережею",
	"мережеве з'єднання втрачено",
	// ja
	"ネットワーク接続が切れました",
	"インターネット接続がオフラインのようです",
	"サーバに接続できませんでした",
	"指定されたホスト名のサーバが見つかりませんでした",
	"要求がタイムアウトになりました",
	"操作を完了できませんでした。ソフトウェアにより接続が中止されました",
	// ko
	"네트워크 연결이 유실되었습니다",
	"네트워크 연결이 끊겼습니다",
	"네트워크 연결이 끊어졌습니다",
	"인터넷 연결이 오프라인 상태입니다",
	"서버에 연결할 수 없습니다",
	"특정 호스트 이름을 가진 서버를 찾을 수 없습니다",
	"요청한 시간이 초과되었습니다",
	// zh-Hans
	"网络连接已中断",
	"似乎已断开与互联网的连接",
	"未能连接到服务器",
	"无法连接到服务器",
	"无法连接服务器",
	"未能找到使用指定主机名的服务器",
	"找不到使用指定主机名的服务器",
	"请求超时",
	"未能完成该操作。软件导致连接中止",
	// zh-Hant
	"網路連線中斷",
	"網絡連線中斷",
	"網路連線已中斷",
	"網絡連線已中斷",
	"網路連線遺失",
	"互聯網連線已中斷",
	"網際網路連線已中斷",
	"無法連接伺服器",
	"要求逾時",
	// ar, he
	"تم فقدان اتصال الشبكة",
	"تم فقد اتصال الشبكة",
	"فُقد الاتصال بالشبكة",
	"يبدو أنه لا يوجد اتصال بالإنترنت",
	"انتهت مهلة الطلب",
	"החיבור לרשת אבד",
	"חיבור הרשת אבד",
	"נראה שהחיבור לאינטרנט אינו פעיל",
	// vi, th, id
	"đã mất kết nối mạng",
	"kết nối mạng bị mất",
	"kết nối mạng đã bị mất",
	"การเชื่อมต่อเครือข่ายขาดหาย",
	"การเชื่อมต่อเครือข่ายสูญหาย",
	"koneksi jaringan terputus",
}

// networkMeanings has the meaning of each wording, as plainWording writes it.
var networkMeanings = func() map[string]string {
	m := make(map[string]string, len(cancelledWords)+len(lostWords))
	for _, w := range cancelledWords {
		m[plainWording(w)] = fetchCancelled
	}
	for _, w := range lostWords {
		m[plainWording(w)] = fetchFailed
	}
	return m
}()

// longestWording is the length of the longest wording, in bytes.
var longestWording = func() (n int) {
	for w := range networkMeanings {
		n = max(n, len(w))
	}
	return n
}()

// networkMeaning returns the meaning of a message that the operating system
// worded, "" if it is none.
func networkMeaning(message string) string {
	if len(message) > 2*longestWording {
		return ""
	}
	return networkMeanings[plainWording(message)]
}

// plainWording drops what versions of a wording differ in: capitals, the kind of
// apostrophe, breaks, the full stop, and the dot of a Turkish İ.
func plainWording(s string) string {
	s = strings.NewReplacer("’", "'", "ʼ", "'", "\u0307", "", "\u00a0", " ", "\u200f", "", "\u200e", "").Replace(strings.ToLower(s))
	return strings.TrimRight(strings.Join(strings.Fields(s), " "), ".。 ")
}
