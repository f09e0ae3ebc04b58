//! The committed name lists, most frequent first; weights come from the rank (see `super::ranked`).

use super::Culture;

/// One culture's names: given names by sex, a head of frequent surnames, and parts from which rarer ones are made.
pub(crate) struct Lists {
    pub(crate) male: &'static str,
    pub(crate) female: &'static str,
    pub(crate) surnames: &'static str,
    pub(crate) stems: &'static str,
    pub(crate) endings: &'static str,
    pub(crate) particles: &'static str,
    /// Flattens the Zipf-Mandelbrot head: the larger, the less the first surname stands out.
    pub(crate) flatness: u32,
    /// Percent of families whose surname is made from parts instead of taken from the head.
    pub(crate) tail_percent: u32,
    /// Percent of families whose surname carries a particle.
    pub(crate) particle_percent: u32,
}

/// Given names of the anglophone majority among people born before about 1975.
pub(crate) const ANGLO_OLD_MALE: &str = "James John Robert William Michael David Richard Thomas Charles Joseph Paul Mark Donald George Kenneth Steven Edward Brian Ronald Anthony Kevin Gary Timothy Larry Jeffrey Frank Scott Stephen Raymond Gregory Patrick Dennis Jerry Walter Peter Harold Douglas Henry Carl Arthur Roger Albert Jack Ralph Lawrence Eugene Russell Louis Philip Johnny Howard Fred Stanley Leonard Francis Ernest Martin Alan Clarence Norman Glenn Leo Vincent Alfred Herbert Frederick Lewis Theodore Gordon Leslie Neil Hugh Graham Malcolm Trevor Clive Barry Keith Derek Roy Dale Wayne Terence Duncan Angus Colin Cecil Maurice Edgar Milton Floyd Sidney Warren Bernard Gerald Victor Ross Dean Bruce";
/// Given names of the anglophone majority among women born before about 1975.
pub(crate) const ANGLO_OLD_FEMALE: &str = "Mary Patricia Linda Barbara Elizabeth Susan Margaret Dorothy Nancy Karen Betty Helen Sandra Donna Carol Ruth Sharon Deborah Laura Cynthia Kathleen Shirley Debra Pamela Judith Martha Janet Catherine Carolyn Frances Ann Joyce Diane Alice Jean Julie Gloria Virginia Beverly Marilyn Theresa Rose Janice Anne Judy Christine Cheryl Joan Evelyn Kathryn Doris Brenda Teresa Sara Bonnie Ruby Lois Tina Phyllis Norma Paula Annie Lillian Peggy Edna Gladys Dawn Connie Tracy Florence Rita Wendy Grace Edith Sheila Ethel Ellen Sylvia Elaine Maureen Irene Josephine Thelma Jacqueline Marjorie Esther Lorraine Pauline Clara Geraldine Eileen Valerie Hazel Vivian Audrey Heather Fiona Gillian Hilary Muriel Enid Winifred";

impl Culture {
    /// Gives the lists of this culture.
    pub(crate) fn lists(self) -> &'static Lists {
        match self {
            Self::Anglo => &ANGLO,
            Self::Hispanic => &HISPANIC,
            Self::French => &FRENCH,
            Self::Germanic => &GERMANIC,
            Self::Slavic => &SLAVIC,
            Self::Arabic => &ARABIC,
            Self::SouthAsian => &SOUTH_ASIAN,
            Self::EastAsian => &EAST_ASIAN,
            Self::WestAfrican => &WEST_AFRICAN,
        }
    }
}

static ANGLO: Lists = Lists {
    male: "Liam Noah Oliver James Elijah William Henry Lucas Benjamin Theodore Mason Ethan Logan Jacob Jackson Michael Alexander Daniel Matthew Samuel Joseph Joshua Christopher Andrew Ryan Nathan Tyler Brandon Justin Nicholas Dylan Aaron Adam Zachary Connor Luke Jack Owen Caleb Isaac Hunter Cameron Evan Jordan Austin Kyle Jason Eric Sean Thomas Charles David Robert John Patrick Ian Cole Gavin Chase Blake Levi Wyatt Carter Landon Jayden Julian Aiden Grayson Lincoln Hudson Asher Ezra Miles Leo Harrison Finn Callum Rory Declan Kieran Spencer Max George Oscar Archie Alfie Freddie Toby Jude Rhys Ewan Travis Derek Shane Trevor Marcus Darren Craig",
    female: "Olivia Emma Charlotte Amelia Sophia Isabella Ava Mia Evelyn Harper Emily Abigail Elizabeth Madison Hannah Samantha Ashley Jessica Sarah Lauren Megan Rachel Amanda Nicole Stephanie Jennifer Melissa Rebecca Amy Michelle Kimberly Lisa Angela Heather Victoria Grace Chloe Ella Lily Zoe Natalie Hailey Leah Audrey Savannah Brooklyn Claire Skylar Lucy Anna Caroline Alyssa Kayla Brianna Danielle Courtney Erin Katherine Kelly Allison Jenna Paige Morgan Sydney Haley Molly Alexandra Vanessa Kate Julia Ruby Ivy Violet Hazel Alice Freya Isla Poppy Daisy Florence Evie Rosie Phoebe Imogen Georgia Holly Jasmine Abby Tara Bethany Gemma Leanne Kirsty Stacey Kerry Robin Jade Amber April Summer",
    surnames: "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Kim Alexander Wallace Griffin West Cole Hayes Gibson Bryant Ellis Stevens Murray Ford Marshall Owens McDonald Harrison Kennedy Wells Woods Henry Washington Porter Hunter Hicks Crawford Boyd Mason Warren Dixon Burns Gordon Shaw Holmes Rice Robertson Hunt Black Palmer Nichols Grant Knight Ferguson Stone Hawkins Dunn Perkins Hudson Spencer Gardner Payne Pierce Berry Matthews Arnold Wagner Willis Ray Watkins Olson Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews Harper Fox Riley Armstrong Carpenter Weaver Greene Lawrence Elliott Chavez Sims Austin Peters Kelley Franklin Lawson O'Brien O'Connor O'Neill McCarthy MacLeod McKenzie Fitzgerald",
    stems: "Ash Ald Al Ather Bar Bas Ber Birch Black Bol Brad Brent Brom Buck Bur Cal Carl Caw Charl Chat Chel Clay Cliff Col Comp Cor Cran Craw Crom Cul Dal Dar Den Der Dray Dun Ed El Elms Ever Fair Far Fen Fern Fleet Fox Gar Gate Gold Graf Gran Green Grim Had Hal Ham Har Hart Has Hath Hazel Hel Her High Hol Hor Hunt Hux Ing Kel Ken Kil King Kirk Lang Lam Law Leigh Lin Lock Long Lud Mal Mar Mel Mid Mil Mor Nel New Nor North Oak Old Or Os Pem Pen Per Pick Pres Rad Ram Rav Red Rich Rock Ros Row Rush Ruther Sal San Sed Shel Ship Sim Stan Stock Strat Sut Swin Thorn Til Tor Tun Up Wad Wal Ware Wart Wat Wes Wet Whit Wick Wil Win Wood Wor Wynd Yar York",
    endings: "ton ley ford man field well wood worth ham son er shaw by land combe ster bridge brook more den croft dale burn gate hurst wick low stone mond ridge bury cliffe bourne stead",
    particles: "O' Mc Mac Fitz",
    flatness: 9,
    tail_percent: 52,
    particle_percent: 3,
};

static HISPANIC: Lists = Lists {
    male: "José Juan Luis Carlos Miguel Jesús Antonio Francisco Manuel Pedro Jorge Alejandro Rafael Fernando Ricardo Roberto Eduardo Javier Diego Sergio Andrés Mario Ángel Óscar Raúl Enrique Víctor Ramón Alberto Daniel Mateo Santiago Sebastián Pablo Gustavo Héctor Iván Rubén Gabriel Julio César Ignacio Emilio Hugo Arturo Ernesto Felipe Gonzalo Salvador Joaquín Esteban Rodrigo Guillermo Tomás Adrián Leonardo Nicolás",
    female: "María Ana Carmen Rosa Guadalupe Isabel Elena Laura Patricia Sofía Lucía Valentina Camila Daniela Gabriela Claudia Verónica Teresa Juana Margarita Leticia Silvia Alejandra Martha Adriana Mónica Paula Andrea Mariana Natalia Beatriz Cristina Pilar Dolores Josefina Raquel Esther Lourdes Graciela Ximena Renata Inés Consuelo Esperanza Yolanda Blanca Norma Alicia Gloria Marisol Rocío Araceli Fernanda Regina",
    surnames: "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Jiménez Castillo Vásquez Romero Moreno Herrera Medina Aguilar Vargas Castro Guzmán Fernández Muñoz Méndez Salazar Soto Delgado Peña Ríos Vega Ortega Silva Rojas Navarro Contreras Guerrero Núñez Estrada Sandoval Espinoza Molina Cabrera Acosta Campos Fuentes Carrillo Padilla Maldonado Figueroa Santos Rosales Ibáñez Lozano Marín",
    stems: "Agui Al Alva Ara Bal Barra Bena Ca Cala Cama Car Casta Cere Cor Da Escu Gal Gam Go Iba La Lo Ma Mora Na Olive Ora Pala Para Que Ribe Ro Sala Sali Sevi Sola Tru Va Vala Vela Vi Villa Za Zamo",
    endings: "rrero dez ra nas zar nez mendi rez tegui varría llo lla dos nal lino mera sco rte ntes ño",
    particles: "de~la~ de~ del~ de~los~",
    flatness: 5,
    tail_percent: 25,
    particle_percent: 4,
};

static FRENCH: Lists = Lists {
    male: "Jean Pierre Michel Philippe Alain Nicolas Christophe Daniel Bernard Patrick Laurent Frédéric Éric François Sébastien Olivier Julien Gérard Thierry Stéphane Jacques Pascal Antoine Vincent Guillaume Alexandre Thomas Mathieu Lucas Hugo Louis Gabriel Raphaël Arthur Jules Adam Léo Théo Maxime Benoît Étienne Rémi Yves Luc Marcel René André Xavier Cédric Loïc",
    female: "Marie Nathalie Isabelle Sylvie Catherine Françoise Monique Martine Christine Valérie Sandrine Véronique Nicole Stéphanie Sophie Céline Chantal Patricia Anne Brigitte Julie Aurélie Jacqueline Laurence Émilie Camille Élodie Léa Manon Chloé Emma Jade Louise Alice Lina Inès Juliette Charlotte Claire Hélène Geneviève Mireille Thérèse Odile Colette Amélie Zoé Margaux Anaïs Noémie",
    surnames: "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Bélanger Tremblay Gagnon Côté Bouchard Pelletier Lavoie",
    stems: "Au Bar Beau Bel Ber Bon Bou Bour Bri Cha Char Chau Cor Cou Dau De Des Du Dur Fa Fon For Gai Ger Gou Gran Gué Hu Jac Jou La Lan Le Mal Mar Mau Mon Mor Pel Per Pi Pon Por Ra Ré Ri Ro Sau Ser Tau Va Ver Vi",
    endings: "bert let lier din gnon chet mont rand nier ville det quet chard vel tier reau sson tin gny lac roux zac llet nard",
    particles: "de~ de~la~ Le~ La~ d' du~",
    flatness: 10,
    tail_percent: 50,
    particle_percent: 7,
};

static GERMANIC: Lists = Lists {
    male: "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter Manfred Hans Heinz Bernd Jan Johannes Lukas Finn Jonas Leon Paul Felix Maximilian Elias Pieter Willem Hendrik Cornelis Dirk Gerrit Jeroen Bas Daan Sem Bram Lars Sven Kai Matthias Jörg Björn Rüdiger Götz Ludwig Friedrich Otto Karl Joost",
    female: "Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Christa Anna Johanna Emma Mia Hannah Sophie Lena Lea Marie Lina Greta Frieda Wilhelmina Cornelia Hendrika Anneke Femke Sanne Lotte Fleur Marloes Saskia Katrin Anke Heike Birgit Jutta Käthe Bärbel Marlene Liesel Tess",
    surnames: "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Jansen Bakker Visser Smit Mulder Bos Vos Hendriks Dekker Brouwer Dijkstra Smits Peeters Janssens Willems Kok Postma Kuipers",
    stems: "Acker Alt Bach Berg Bern Blum Brand Breit Burg Dorn Ebers Eich Engel Erd Falk Feld Fried Gerst Gold Grün Haber Hagen Hain Heid Hell Hoch Hol Kalt Kirch Klos Kron Land Leit Linden Lich Mark Neu Nuss Ober Oster Rosen Roth Sand Schön Stein Stern Strauß Thal Unter Wald Wein Weiden Wester Wind Zell",
    endings: "mann berg er hauer heim meier bach feld stein brink hoff horst kamp thal huis stra ing dorf auer mayr wald inger",
    particles: "van~ van~der~ van~den~ de~ von~ ter~ van~de~",
    flatness: 9,
    tail_percent: 45,
    particle_percent: 22,
};

static SLAVIC: Lists = Lists {
    male: "Aleksandr Sergei Dmitri Andrei Alexei Ivan Mikhail Nikolai Vladimir Pavel Jan Piotr Krzysztof Andrzej Tomasz Marek Paweł Michał Jakub Wojciech Petr Jiří Tomáš Martin Oleksandr Mykola Volodymyr Yuri Viktor Igor Oleg Maxim Artem Kirill Roman Bogdan Stanislav Zoran Goran Dragan Milan Nikola Marko Luka Stefan Łukasz Kamil Vasily Yevgeny Konstantin",
    female: "Elena Olga Tatiana Natalia Irina Svetlana Maria Anna Ekaterina Anastasia Katarzyna Małgorzata Agnieszka Barbara Ewa Magdalena Joanna Jana Eva Hana Lenka Kateřina Oksana Ludmila Galina Nina Vera Ksenia Daria Polina Yulia Alina Marina Zofia Zuzanna Maja Julia Milica Jelena Ivana Ana Dragana Snežana Nadezhda Lyudmila Valentina Larisa Dominika Beata Iwona",
    surnames: "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Novák Svoboda Novotný Dvořák Černý Procházka Melnyk Shevchenko Bondarenko Kovalenko Boyko Tkachenko Kravchenko Horvat Kovačević Babić Marić Jovanović Petrović Nikolić Đorđević",
    stems: "Alek Bara Belo Bogo Boro Brze Chmie Cher Dani Dobro Gala Golub Gor Grab Groz Hryho Jab Jasi Kali Kar Kras Kub Lis Luk Mako Mar Matv Med Moro Novo Ole Orl Osta Pan Pol Rad Rud Ryba Sado Sav Sid Slav Stan Staro Sucho Tar Tim Vino Vor Yako Zab Zar Zele Zhu",
    endings: "ov ev in ski enko ić yk czyk ák chuk ovich ný nko vsky iak",
    particles: "",
    flatness: 8,
    tail_percent: 55,
    particle_percent: 0,
};

static ARABIC: Lists = Lists {
    male: "Mohammed Ahmed Ali Omar Hassan Hussein Ibrahim Mahmoud Khalid Yusuf Mustafa Abdullah Hamza Karim Tariq Samir Nasser Faisal Rashid Bilal Salim Walid Jamal Adel Amir Zaid Anwar Saeed Sami Hisham Ziad Marwan Fadi Rami Nabil Imad Fouad Tarek Younes Rachid",
    female: "Fatima Aisha Maryam Zainab Khadija Layla Noor Amina Hana Salma Yasmin Huda Samira Leila Nadia Rania Dina Mona Sara Lina Iman Amal Farah Hala Jamila Karima Latifa Nawal Rasha Sahar Souad Wafa Zahra Dalia Ghada Malika Naima Rima Sana Thuraya",
    surnames: "Ahmed Ali Hassan Mohamed Hussein Ibrahim Khan Khalil Mansour Saleh Haddad Nasser Hamdan Abdullah Rahman Said Mahmoud Omar Sharif Farouk Najjar Khoury Hamid Aziz Salem Qasim Bakr Darwish Fares Ghanem Habib Jaber Karam Maalouf Nassar Obeid Rashid Sabbagh Tahir Yassin Zaman Benali Bouzid Cherif Mansouri Idrissi Alaoui Tazi Amrani Hamdi",
    stems: "Ab Ah Al Am As Ba Bad Bash Dar Fa Fak Gha Had Hak Ham Has Ja Jab Kar Kha Mal Man Mur Na Nas Qa Rab Ras Sab Sal Sham Tab Tam Wah Yaz Za Zah",
    endings: "madi bari dani hami wi ri ni rouq mani koubi lani zaoui ssaf oun di",
    particles: "al- El~ bin~ Abu~ Ben~",
    flatness: 6,
    tail_percent: 35,
    particle_percent: 25,
};

static SOUTH_ASIAN: Lists = Lists {
    male: "Rajesh Amit Sanjay Ravi Suresh Anil Vijay Rahul Arjun Rohan Vikram Krishna Ramesh Arun Manoj Deepak Ashok Sunil Prakash Vivek Aditya Karthik Nikhil Ajay Harish Gopal Mohan Naveen Imran Faisal Asif Kamran Bilal Usman Harpreet Gurpreet Jaspreet Manpreet Rakesh Dinesh",
    female: "Priya Anita Sunita Lakshmi Kavita Pooja Neha Anjali Meera Divya Sita Radha Geeta Rekha Asha Usha Shanti Deepa Nisha Swati Aishwarya Shreya Ananya Ishita Rani Sonia Fatima Ayesha Sana Nadia Harpreet Gurpreet Simran Jaspreet Kiran Lata Padma Indira Vidya Saroja",
    surnames: "Patel Singh Kumar Sharma Shah Khan Gupta Kaur Das Reddy Rao Nair Mehta Desai Joshi Iyer Verma Malik Hussain Ahmed Begum Chowdhury Banerjee Chatterjee Mukherjee Ghosh Bose Sen Pillai Menon Naidu Agarwal Jain Kapoor Malhotra Chopra Bhatt Trivedi Pandey Mishra Tiwari Yadav Thakur Gill Sandhu Dhillon Grewal Sidhu Perera Fernando Silva",
    stems: "Bala Bhatta Chandra Chakra Deva Dhana Ganga Govinda Jaya Kamala Krishna Loka Maha Mani Mukha Nara Naga Para Prabha Raja Rama Ranga Sastra Siva Soma Subra Sunda Vara Venka Vija Visva",
    endings: "charya murthy swamy raj nathan varma lingam kar puri walia ram das rajan moorthy krishnan",
    particles: "",
    flatness: 4,
    tail_percent: 28,
    particle_percent: 0,
};

static EAST_ASIAN: Lists = Lists {
    male: "Wei Jun Ming Hao Lei Jian Feng Tao Yang Peng Min-jun Seo-jun Ji-hoon Sung-min Dong-hyun Hiroshi Kenji Takashi Yuki Haruto Sota Ren Minh Tuan Duc Hung Quang Long Nam Thanh Xiaoming Zhiwei Guoqiang Jianhua Haoran Yichen Zihan Kwang-su Young-ho Kazuo",
    female: "Li Fang Jing Na Yan Mei Xia Hui Ling Ying Ji-woo Seo-yeon Min-seo Hye-jin Soo-jin Yuko Keiko Sakura Aoi Yui Hina Linh Lan Huong Mai Thao Ngoc Trang Hoa Anh Xiaoli Meiling Yuxin Zihan Yutong Eun-ji Mi-kyung Haruka Nanami Thu",
    surnames: "Nguyen Kim Lee Wang Chen Zhang Li Liu Tran Park Yang Le Pham Huang Wu Zhao Zhou Choi Xu Sun Ma Zhu Hu Guo Lin He Gao Luo Jung Kang Cho Yoon Vo Dang Bui Do Hoang Phan Ngo Tanaka Sato Suzuki Takahashi Watanabe Ito Yamamoto Nakamura Kobayashi Saito Kato Jang Lim Han Shin Seo Kwon Hwang Ahn Song",
    stems: "Ishi Naka Yama Taka Kawa Mori Fuji Ono Saka Shima Mizu Kuro Aki Ari Asa Haya Hira Ima Iwa Kita Koba Matsu Mina Miya Nishi Oka Ozaki Sugi Taki Toyo Uchi",
    endings: "da moto mura yama kawa shita guchi hara saki no zawa ta be oka shima",
    particles: "",
    flatness: 3,
    tail_percent: 18,
    particle_percent: 0,
};

static WEST_AFRICAN: Lists = Lists {
    male: "Kwame Kofi Kwesi Yaw Kwabena Emeka Chidi Obinna Ikenna Chukwuemeka Oluwaseun Babatunde Adebayo Tunde Segun Femi Ibrahim Moussa Amadou Mamadou Ousmane Cheikh Abdoulaye Sekou Boubacar Emmanuel Samuel Joseph Ebenezer Musa",
    female: "Ama Akua Abena Efua Adwoa Akosua Chioma Ngozi Ifeoma Adaeze Nneka Folake Yetunde Oluwakemi Bukola Titilayo Aminata Fatou Mariama Awa Aïssatou Khady Binta Adama Grace Blessing Comfort Mercy Hawa Ramatou",
    surnames: "Mensah Owusu Boateng Asante Osei Appiah Agyeman Ofori Okafor Okonkwo Eze Nwosu Obi Adeyemi Adebayo Okeke Balogun Ogunleye Afolabi Bello Diallo Traoré Diop Ndiaye Keita Coulibaly Touré Camara Sow Fall Cissé Koné Sarr Gueye Barry Bah Sesay Kamara Conteh Koroma",
    stems: "Ade Akin Ayo Olu Ogun Oye Nwa Oko Chi Ike Eze Ono Ama Boa Owu Ama Dia Kou Sa Tra Ndi Fo",
    endings: "wale tunde bola lade niyi chukwu nkwo di kor ateng sah llo baly tola yemi ma",
    particles: "",
    flatness: 5,
    tail_percent: 35,
    particle_percent: 0,
};

/// Formal given names and the short forms that people sign with: `formal short short ...`, one a line.
pub(crate) const NICKNAMES: &str = "William Bill Will Billy
Robert Bob Rob Bobby
Richard Rick Dick Rich
James Jim Jimmy Jamie
John Jack Johnny
Michael Mike Mick
Thomas Tom Tommy
Charles Charlie Chuck
Joseph Joe Joey
David Dave Davy
Daniel Dan Danny
Matthew Matt
Christopher Chris Kit
Anthony Tony
Andrew Andy Drew
Edward Ed Ted Eddie
Steven Steve
Stephen Steve
Kenneth Ken Kenny
Timothy Tim
Jeffrey Jeff
Gregory Greg
Patrick Pat Paddy
Samuel Sam Sammy
Benjamin Ben Benny
Nicholas Nick Nicky
Alexander Alex Sandy
Jonathan Jon
Joshua Josh
Jacob Jake
Zachary Zach
Nathan Nate
Theodore Ted Theo
Frederick Fred Freddie
Francis Frank
Lawrence Larry
Raymond Ray
Ronald Ron Ronnie
Donald Don Donnie
Gerald Gerry Jerry
Henry Harry Hank
Harrison Harry
Philip Phil
Vincent Vince
Albert Al Bert
Alfred Alf Fred
Leonard Len Lenny
Terence Terry
Elizabeth Liz Beth Betty Lizzie
Margaret Maggie Peggy Meg
Katherine Kate Kathy Katie
Catherine Cathy Kate
Kathleen Kathy
Kathryn Kathy
Patricia Pat Patty Trish
Barbara Barb
Susan Sue Susie
Deborah Debbie Deb
Debra Debbie
Dorothy Dot Dottie
Jennifer Jen Jenny
Jessica Jess
Rebecca Becky Becca
Victoria Vicky Tori
Stephanie Steph
Samantha Sam
Amanda Mandy
Abigail Abby
Alexandra Alex Sandra
Christine Chris Tina
Cynthia Cindy
Theresa Terry Tess
Teresa Terry Tess
Judith Judy
Pamela Pam
Jacqueline Jackie
Josephine Jo Josie
Virginia Ginny
Frances Fran
Florence Flo
Isabella Bella Izzy
Olivia Liv
Emily Em
Madison Maddie
Charlotte Lottie
Sandra Sandy
Kimberly Kim
Melissa Mel
Danielle Dani
José Pepe
Francisco Paco Pancho
Manuel Manolo
Guadalupe Lupe
Dolores Lola
Ignacio Nacho
Eduardo Lalo
Roberto Beto
Alejandro Ale
Alejandra Ale
Guillermo Memo
Gabriela Gaby
Aleksandr Sasha
Dmitri Dima
Mikhail Misha
Sergei Seryozha
Nikolai Kolya
Vladimir Vova
Ekaterina Katya
Anastasia Nastya
Natalia Natasha
Tatiana Tanya
Katarzyna Kasia
Małgorzata Gosia
Agnieszka Aga
Johannes Hans
Wolfgang Wolf
Maximilian Max
Cornelis Kees
Hendrik Henk
Johanna Jo
Elisabeth Lisa
Wilhelmina Mina
Mohammed Mo
Abdullah Abdul
Oluwaseun Seun
Chukwuemeka Emeka
Frédéric Fred
Philippe Phil
Nathalie Nath";

/// Spellings of one name in other romanisations, `one other other ...`, one set a line; any member may replace another.
pub(crate) const TRANSLITERATIONS: &str = "Mohammed Muhammad Mohamed Mohamad
Ahmed Ahmad Achmed
Hussein Husayn Hussain
Yusuf Youssef Yousuf
Omar Umar
Khalid Khaled
Tariq Tarek Tarik
Mahmoud Mahmud
Saeed Said
Karim Kareem
Rashid Rachid
Aisha Ayesha Aïcha
Layla Leila
Maryam Mariam
Zainab Zaynab
Fatima Fatema
Aleksandr Alexander Oleksandr
Alexei Alexey Aleksei
Dmitri Dmitry Dimitri
Sergei Sergey
Andrei Andrey
Yuri Yury Iurii
Nikolai Nikolay
Yulia Julia Iuliia
Ekaterina Yekaterina
Natalia Natalya Nataliya
Tatiana Tatyana
Li Lee
Zhang Chang
Chen Chan
Wang Wong
Liu Lau
Huang Hwang
Zhao Chao
Zhou Chow
Xu Hsu
Guo Kuo
Park Pak
Choi Choe
Jung Jeong
Cho Jo
Nguyen Nguyên
Tran Trần
Pham Phạm
Ivanov Ivanoff
Petrov Petroff
Shevchenko Schewtschenko
Kuznetsov Kouznetsov
Khan Kahn
Singh Sing
Chowdhury Choudhury Chaudhry
Mukherjee Mukherji
Banerjee Banerji
Touré Toure
Traoré Traore
Diallo Jallow
Ndiaye N'Diaye
Kamara Camara";
