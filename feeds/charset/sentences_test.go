package charset

type sentence struct {
	language  string
	encodings []string
	text      string
}

// sentences are news in many languages, none of which is in the paragraphs that
// the languages are learned from, with the encodings that people write them in.
var sentences = []sentence{
	{"English", []string{"windows-1252", "macintosh"}, "The minister’s answer was short: “We won’t sign.” Talks – the third round this year – ended in Geneva without a result, and the envoy’s plane left at once."},
	{"French", []string{"windows-1252", "iso-8859-15", "macintosh"}, "Téhéran a rejeté jeudi la proposition européenne sur le nucléaire, jugée « inacceptable » par le négociateur en chef. L’ambassadrice a été convoquée à Genève, où la délégation américaine était déjà arrivée."},
	{"German", []string{"windows-1252", "macintosh"}, "Die Bundesregierung lehnt längere Übergangsfristen ab. Der Botschafter äußerte sich zurückhaltend über die Waffenruhe; für Kiew wäre das ein schwerer Rückschlag, heißt es aus Brüssel."},
	{"Spanish", []string{"windows-1252"}, "El embajador español volverá a Teherán después de la liberación de los rehenes, según informó la cancillería. ¿Habrá una tregua este otoño? El mediador catarí aún confía en un acuerdo rápido."},
	{"Portuguese", []string{"windows-1252"}, "O chanceler brasileiro criticou as sanções e pediu a libertação imediata dos reféns. A Assembleia-Geral aprovou a resolução por maioria, mas não houve consenso sobre a missão de observação na região."},
	{"Italian", []string{"windows-1252"}, "Teheran respinge la proposta dell’Unione: «È inaccettabile». Il vertice si terrà giovedì a Ginevra e durerà più del previsto, perché la delegazione non è ancora partita; la crisi non finirà così."},
	{"Swedish", []string{"windows-1252"}, "Sveriges ambassadör kallades hem i går efter attacken mot konvojen. Nato-länderna är överens om att förstärka närvaron i Östersjön, säger försvarsministern."},
	{"Danish", []string{"windows-1252"}, "Danmark lukker sin ambassade, så længe kampene fortsætter nær hovedstaden. Ingen af de to parter ønsker at røre ved våbenhvilen, oplyser forsvarsministeren."},
	{"Finnish", []string{"windows-1252"}, "Suomi sulkee itärajansa jälleen, kertoo sisäministeriö. Päätös tehtiin yöllä, eikä syytä siihen täysin selitetty."},
	{"Icelandic", []string{"windows-1252"}, "Sendiherra Íslands var kallaður heim eftir árásina. Þingið ræðir málið á morgun og búist er við að ríkisstjórnin slíti stjórnmálasambandi við landið."},
	{"Polish", []string{"windows-1250", "iso-8859-2"}, "Warszawa wezwała ambasadora po ataku rakietowym na przejście graniczne. Szef dyplomacji zażądał wyjaśnień i zapowiedział, że sojusznicy zwołają nadzwyczajną sesję Rady Bezpieczeństwa. „Cierpliwość się kończy” – dodał."},
	{"Czech", []string{"windows-1250", "iso-8859-2"}, "Praha povolala velvyslance po raketovém útoku na hraniční přechod. Šéf diplomacie žádá vysvětlení a oznámil, že spojenci svolají mimořádnou schůzi Rady bezpečnosti. Trpělivost už došla, řekl večer novinářům."},
	{"Slovak", []string{"windows-1250", "iso-8859-2"}, "Bratislava povolala veľvyslanca po raketovom útoku na hraničný priechod. Šéf diplomacie žiada vysvetlenie; spojenci zvolajú mimoriadnu schôdzu Bezpečnostnej rady. Trpezlivosť už došla, povedal novinárom."},
	{"Hungarian", []string{"windows-1250", "iso-8859-2"}, "Budapest bekérette a nagykövetet a határátkelőt ért rakétatámadás után. A diplomácia vezetője magyarázatot követel, és rendkívüli ülést kér a Biztonsági Tanácstól. Elfogyott a türelmünk, mondta este az újságíróknak a szóvivő."},
	{"Romanian", []string{"windows-1250", "iso-8859-2"}, "Bucureştiul l-a convocat pe ambasador după atacul cu rachete asupra punctului de frontieră. Şeful diplomaţiei cere explicaţii şi anunţă că aliaţii vor convoca o reuniune de urgenţă a Consiliului de Securitate."},
	{"Croatian", []string{"windows-1250", "iso-8859-2"}, "Zagreb je pozvao veleposlanika nakon raketnog napada na granični prijelaz. Šef diplomacije traži objašnjenje i najavljuje izvanrednu sjednicu Vijeća sigurnosti; strpljenje je pri kraju, kazao je večeras novinarima, među kojima je bilo i naših."},
	{"Turkish", []string{"windows-1254"}, "Ankara, sınır kapısına düzenlenen füze saldırısının ardından büyükelçiyi geri çağırdı. Dışişleri sözcüsü açıklama istediğini, müttefiklerin Güvenlik Konseyi'ni olağanüstü toplantıya çağıracağını bildirdi. Sabrımız tükeniyor, dedi."},
	{"Lithuanian", []string{"windows-1257", "iso-8859-13"}, "Vilnius atšaukė ambasadorių po raketų smūgio pasienio punktui. Diplomatijos vadovė reikalauja paaiškinimų ir žada, kad sąjungininkai sušauks neeilinį Saugumo Tarybos posėdį. Kantrybė baigėsi, pridūrė ji žurnalistams."},
	{"Latvian", []string{"windows-1257", "iso-8859-13"}, "Rīga atsauca vēstnieku pēc raķešu trieciena robežpunktam. Diplomātijas vadītāja prasa paskaidrojumus un sola, ka sabiedrotie sasauks ārkārtas Drošības padomes sēdi. Pacietība ir galā, viņa piebilda žurnālistiem."},
	{"Estonian", []string{"windows-1257"}, "Tallinn kutsus suursaadiku pärast raketirünnakut piiripunktile tagasi. Välisministeerium nõuab selgitusi ja lubab, et liitlased kutsuvad kokku erakorralise istungi; kannatus on otsas, ütles minister õhtul ajakirjanikele."},
	{"Russian", []string{"windows-1251", "koi8-r", "iso-8859-5", "ibm866", "x-mac-cyrillic"}, "Тегеран отверг предложение европейцев по ядерной программе. Посол вызван в МИД после ракетного удара по пограничному переходу; союзники созывают экстренное заседание Совета Безопасности ООН. Терпение кончилось, добавил вечером дипломат."},
	{"Ukrainian", []string{"windows-1251", "koi8-u", "iso-8859-5"}, "Київ викликав посла після ракетного удару по прикордонному переходу. Очільник дипломатії вимагає пояснень і анонсує надзвичайне засідання Ради Безпеки ООН. Терпець увірвався, додав він увечері журналістам, їхні питання лишились без відповіді."},
	{"Bulgarian", []string{"windows-1251", "iso-8859-5"}, "София извика посланика след ракетния удар по граничния пункт. Ръководителят на дипломацията иска обяснение и съобщи, че съюзниците свикват извънредно заседание на Съвета за сигурност. Търпението ни свърши, допълни той."},
	{"Serbian", []string{"windows-1251", "iso-8859-5"}, "Београд је позвао амбасадора након ракетног напада на гранични прелаз. Шеф дипломатије тражи објашњење и најављује ванредну седницу Савета безбедности; стрпљење је при крају, казао је вечерас новинарима који су га чекали."},
	{"Greek", []string{"windows-1253", "iso-8859-7"}, "Η Τεχεράνη απέρριψε την ευρωπαϊκή πρόταση για το πυρηνικό πρόγραμμα. Ο πρέσβης εκλήθη στο υπουργείο μετά την πυραυλική επίθεση στο συνοριακό πέρασμα, ενώ οι σύμμαχοι συγκαλούν έκτακτη συνεδρίαση του Συμβουλίου Ασφαλείας."},
	{"Hebrew", []string{"windows-1255", "iso-8859-8-i"}, "טהרן דחתה את ההצעה האירופית בעניין תוכנית הגרעין. השגריר זומן לשיחת הבהרה לאחר מתקפת הטילים על מעבר הגבול, ובעלות הברית מכנסות ישיבה דחופה של מועצת הביטחון. הסבלנות אזלה, הוסיף הדיפלומט."},
	{"Arabic", []string{"windows-1256", "iso-8859-6"}, "رفضت طهران المقترح الأوروبي بشأن برنامجها النووي. واستدعي السفير بعد القصف الصاروخي على المعبر الحدودي، فيما يعقد الحلفاء جلسة استثنائية في نيويورك. نفد صبرنا، قال الدبلوماسي للصحفيين مساء أمس."},
	{"Persian", []string{"windows-1256"}, "تهران پيشنهاد اروپا درباره برنامه هسته\u200cاي را رد كرد. سفير پس از حمله موشكي به گذرگاه مرزي احضار شد و متحدان نشست فوق\u200cالعاده شوراي امنيت را برگزار مي\u200cكنند. صبر ما تمام شده است، گفت ديپلمات ارشد."},
	{"Thai", []string{"windows-874"}, "เตหะรานปฏิเสธข้อเสนอของยุโรปเรื่องโครงการนิวเคลียร์ เอกอัครราชทูตถูกเรียกตัวหลังการโจมตีด้วยขีปนาวุธที่ด่านพรมแดน ขณะที่พันธมิตรเรียกประชุมฉุกเฉินคณะมนตรีความมั่นคง"},
	{"Chinese", []string{"gbk", "gb18030"}, "德黑兰拒绝了欧洲关于核计划的建议。边境口岸遭导弹袭击后，大使被召见；盟国将举行安理会紧急会议。外交官晚间对记者说，我们的耐心已经耗尽。"},
	{"Taiwanese", []string{"big5"}, "德黑蘭拒絕了歐洲關於核計畫的建議。邊境口岸遭飛彈襲擊後，大使被召見；盟國將舉行安理會緊急會議。外交官晚間對記者說，我們的耐心已經耗盡。"},
	{"Japanese", []string{"shift_jis", "euc-jp", "iso-2022-jp"}, "テヘランは核計画に関する欧州の提案を拒否した。国境検問所へのミサイル攻撃を受けて大使が呼び出され、同盟国は安保理の緊急会合を開く見通し。「我慢の限界だ」と外交官は夜、記者団に語った。"},
	{"Korean", []string{"euc-kr"}, "테헤란은 핵 계획에 관한 유럽의 제안을 거부했다. 국경 검문소에 대한 미사일 공격 이후 대사가 초치됐으며, 동맹국들은 안보리 긴급회의를 열 예정이다. 인내심이 바닥났다고 외교관은 저녁에 기자들에게 말했다."},
	// Languages that there is no paragraph of.
	{"Catalan", []string{"windows-1252"}, "L’ambaixador espanyol tornarà a Teheran després de l’alliberament dels ostatges, segons va informar la cancelleria. La població col·labora, però la situació és difícil; això no acabarà així."},
	{"Irish", []string{"windows-1252"}, "Dhiúltaigh Tehran don mholadh Eorpach faoin gclár núicléach. Glaodh ar an ambasadóir tar éis an ionsaí; beidh cruinniú éigeandála ag Comhairle Slándála na Náisiún Aontaithe."},
	{"Albanian", []string{"windows-1252"}, "Teherani refuzoi propozimin evropian për programin bërthamor. Ambasadori u thirr pas sulmit me raketa në pikën kufitare; aleatët thërrasin një mbledhje të jashtëzakonshme të Këshillit të Sigurimit. Çështja është e rëndë."},
	{"Dutch", []string{"windows-1252"}, "Teheran heeft het Europese voorstel afgewezen. Eén diplomaat zei dat de coördinatie tussen beide landen ‘ontzettend moeizaam’ is; ook België en Indonesië zijn geïnformeerd over de crisis."},
	{"Slovene", []string{"windows-1250", "iso-8859-2"}, "Teheran je zavrnil evropski predlog o jedrskem programu. Veleposlanika so poklicali na pogovor po raketnem napadu na mejni prehod; zavezniki sklicujejo izredno sejo Varnostnega sveta. Potrpežljivosti je konec, je še dodal, čeprav razmere ostajajo težke."},
	{"Belarusian", []string{"windows-1251"}, "Тэгеран адхіліў прапанову еўрапейцаў па ядзернай праграме. Пасол выкліканы пасля ракетнага ўдару па памежным пераходзе; саюзнікі склікаюць экстраннае пасяджэнне Савета Бяспекі ААН, дадаў увечары дыпламат."},
	{"Macedonian", []string{"windows-1251"}, "Техеран го одби европскиот предлог за нуклеарната програма. Амбасадорот беше повикан по ракетниот напад на граничниот премин; сојузниците свикуваат вонредна седница на Советот за безбедност, додаде дипломатот."},
	{"Urdu", []string{"windows-1256"}, "تہران نے جوہری پروگرام پر يورپ کی تجويز مسترد کر دی۔ سرحدی چوکی پر ميزائل حملے کے بعد سفير کو طلب کر ليا گيا، اتحادی سلامتی کونسل کا ہنگامی اجلاس بلا رہے ہيں۔"},
	{"Azerbaijani", []string{"windows-1254"}, "Tehran Avropanın nüvə təklifini rədd etdi. Sərhəd keçidinə raket hücumundan sonra səfir geri çağırıldı; müttəfiqlər Təhlükəsizlik Şurasının fövqəladə iclasını çağırır."},

	{"Hindi", nil, "तेहरान ने परमाणु कार्यक्रम पर यूरोप का प्रस्ताव ठुकरा दिया। राजदूत को सीमा चौकी पर मिसाइल हमले के बाद तलब किया गया।"},
	{"Vietnamese", nil, "Tehran bác bỏ đề xuất của châu Âu về chương trình hạt nhân. Đại sứ bị triệu tập sau vụ tấn công tên lửa vào cửa khẩu."},
}
